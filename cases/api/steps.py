"""The steps of a case, one call each; all come through the one door `advance`."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.bases import Doing, asking
from cases.api import inputs
from cases.api.cases import case_answer, seen_case
from cases.api.outputs import CaseOut
from cases.services.steps import advance, check_offered


class CaseStep(Doing):
    """A step: 403 where it is not yours, 409 where it is not now."""

    step = ""

    @extend_schema(responses=CaseOut)
    def post(self, request: Request, number: str) -> Response:
        """Take the step and return the case as it stands after it."""
        at, user = timezone.now(), asking(request)
        case = seen_case(request, number)

        def act() -> Any:
            check_offered(case, self.step, user)
            advance(case.pk, self.step, actor=user, at=at, **self.given(request))
            return case_answer(request, case.pk)

        return self.do(request, act)


class Handle(CaseStep):
    """The town or community takes the case itself (即接即办)."""

    step = "handle"
    serializer_class = inputs.HandleIn


class Finish(CaseStep):
    """The town says what was done."""

    step = "finish"
    serializer_class = inputs.FinishIn


class Contact(CaseStep):
    """The resident is spoken to for the first time, or could not be reached."""

    step = "contact"
    serializer_class = inputs.ContactIn


class Correct(CaseStep):
    """The hotline or the centre puts right what the request was filed under; its clocks follow."""

    step = "correct"
    serializer_class = inputs.CorrectIn


class AskExtension(CaseStep):
    """The town asks the centre for more time (延期)."""

    step = "ask_extension"
    serializer_class = inputs.AskExtensionIn


class AskHold(CaseStep):
    """The town asks the centre to pause the clocks until a date (挂账)."""

    step = "ask_hold"
    serializer_class = inputs.AskHoldIn


class Hold(CaseStep):
    """The centre pauses every clock until a date (挂账)."""

    step = "hold"
    serializer_class = inputs.HoldIn


class Resume(CaseStep):
    """The centre lets the clocks run on."""

    step = "resume"
    serializer_class = inputs.ResumeIn


class Reject(CaseStep):
    """The hotline or the centre does not take the request up: it leaves by a classified exit (分类处置)."""

    step = "reject"
    serializer_class = inputs.RejectIn


class Merge(CaseStep):
    """The case is the same matter as another, which stays."""

    step = "merge"
    serializer_class = inputs.MergeIn


class Unmerge(CaseStep):
    """Undo the merge: the case is again where it was, with the deadlines it had."""

    step = "unmerge"
    serializer_class = inputs.UnmergeIn


class Reopen(CaseStep):
    """Redo: the case comes back to its town in a new round."""

    step = "reopen"
    serializer_class = inputs.ReopenIn


class Close(CaseStep):
    """The case ends."""

    step = "close"
    serializer_class = inputs.CloseIn


STEPS: tuple[type[CaseStep], ...] = (
    Handle,
    Contact,
    Correct,
    Finish,
    AskExtension,
    AskHold,
    Hold,
    Resume,
    Reject,
    Merge,
    Unmerge,
    Reopen,
    Close,
)
