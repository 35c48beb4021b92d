"""One case's life in the demo, from the call to its close or to the present."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from cases.lifecycle import ClockKind
from cases.services.callbacks import record_callback
from cases.services.requests import rule_request
from config.demo.beginning import Later
from config.demo.summoning import Summoning


class Life(Summoning):
    """One case's life, lived by the people of the district."""

    def live(self) -> None:
        """Live until the end or until the present."""
        self.case = self._receive()
        try:
            self._odd_ends()
            self._be_handled()
            self._be_rated()
        except Later:
            return

    # --- ways to the end

    def _odd_ends(self) -> None:
        """One in thirty is not accepted or is one call too many."""
        if self.rng.random() > 0.03 or not self.case.callable:
            return
        self._pass(self.rng.uniform(3, 40))
        exit_, reason = self.rng.choice(
            [
                ("T10", "诉求人来电撤单"),
                ("T2", "属诉讼、仲裁途径，已告知法定渠道"),
                ("T7", "已当场答复办理流程和所需材料，诉求人表示清楚"),
            ]
        )
        self._step("reject", self.d.people.named("supervisor"), exit=exit_, reason=reason)
        raise Later

    def _be_handled(self) -> None:
        self._decide()
        self._contact()
        if self.request.whistle and self._summonable():
            self._whistle()
        else:
            self._self_handle()

    def _decide(self) -> None:
        limit = {"critical": 12, "urgent": 35}.get(self.request.urgency)
        if limit:
            self._pass(limit * self.habit.delay(self.rng))
        else:
            self._wait(2.2 * self.habit.delay(self.rng))

    def _contact(self) -> None:
        """Most towns speak to the resident as soon as they have decided; some forget."""
        if not self.case.callable or self.rng.random() < 0.02:
            return
        self._pass(self.rng.uniform(1, 6))
        how = self.rng.choices(["phone", "visit", "message"], [80, 15, 5])[0]
        self._step("contact", self.town, how=how)

    def _self_handle(self) -> None:
        self._step("handle", self.town)
        self._maybe_ask_for_time()
        quick = self.request.urgency != "normal" or bool(self.request.condition)
        self._work((5 if quick else 15) * self.habit.delay(self.rng))
        self._maybe_hold()
        self._step("finish", self.town, result=self._result())

    def _maybe_ask_for_time(self) -> None:
        """Now and then a town needs longer; what the centre has not answered yet waits at its desk."""
        if self.rng.random() > 0.04 or self.request.urgency != "normal":
            return
        finish = self.case.clocks.running().filter(order_ref=None, kind=ClockKind.FINISH)
        if not finish.filter(due_at__gt=self.at).exists():
            return
        reason = self.rng.choice(["产权单位不在本地，需等待配合", "配件到货需要时间"])
        days = Decimal(self.rng.choice([2, 3, 5]))
        self._step("ask_extension", self.town, limit=days, reason=reason)
        self._wait(self.rng.uniform(1, 6))
        granted = self.rng.random() < 0.8
        rule_request(
            self.case.requests.get(granted=None).pk,
            actor=self.d.people.named("supervisor"),
            at=self._now(),
            granted=granted,
            reason="情况属实，同意延期" if granted else "理由不充分，请按期办理",
        )

    def _maybe_hold(self) -> None:
        if self.rng.random() > 0.01 or self.request.urgency == "critical" or self.case.round > 1:
            return  # by the policy: no critical matter, and each case once
        centre = self.d.people.named("supervisor")
        until = timezone.localtime(self.at).date() + timedelta(days=self.rng.randint(10, 40))
        self._step("hold", centre, until=until, reason="需待季节性施工条件具备")
        self.at = timezone.make_aware(datetime.combine(until, datetime.min.time()))
        self._now()
        self._step("resume", centre)

    # --- the resident's word

    def _be_rated(self) -> None:
        callback = self.d.people.named("callback")
        if not self.case.callable:
            self._wait(4)
            self._step("close", self.town, note="现场核实，已恢复")
            return
        for _attempt in range(2):
            self._wait(self.rng.uniform(1, 9))
            outcome = self.rng.choices(
                ["reached", "no_answer", "refused", "wrong_number"], [88, 9, 2, 1]
            )[0]
            answers = self._answers() if outcome == "reached" else {}
            record_callback(
                self.case.pk, actor=callback, at=self._now(), outcome=outcome, **answers
            )
            if outcome != "no_answer":
                break
        self._pass(6)
        if outcome == "reached" and answers["resolved"] == "no" and self.case.round < 3:
            self._step("reopen", callback, reason="诉求人反映未解决，退回重办")
            self._be_handled()
            self._be_rated()
            return
        self._step("close", callback)

    def _answers(self) -> dict[str, Any]:
        good = self.habit.quality * (1.0 if self.request.pleased else 0.8)
        solved = self.rng.random() < good
        resolved = "yes" if solved else self.rng.choice(["partly", "no"])
        pleased = ["satisfied"] * 17 + ["basic"] * 3 if solved else ["basic", "dissatisfied"]
        return {
            "contacted": self.rng.random() < 0.992,
            "resolved": resolved,
            "satisfied": self.rng.choice(pleased),
            "words": self.request.words[1:] if solved == self.request.pleased else "",
        }
