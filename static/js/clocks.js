// Keep the due badges going: every half minute their words, tone and sign follow the time.
// The server drew them first (accounts/spans.py) by the same rules and the same words.
(() => {
  const { say } = window.chuishao;
  const NEARLY_DUE = 0.25;
  const SHORT_NOTICE = 2 * 3600 * 1000;
  const TONES = { running: "green", soon: "amber", overdue: "red" };

  const inWords = (milliseconds) => {
    const minutes = Math.floor(Math.abs(milliseconds) / 60000);
    const parts = [
      ["days", Math.floor(minutes / 1440)],
      ["hours", Math.floor((minutes % 1440) / 60)],
      ["minutes", minutes % 60],
    ];
    while (parts.length > 1 && !parts[0][1]) parts.shift();
    const shown = parts.slice(0, 2).filter(([, n]) => n).map(([key, n]) => say(key, { n }));
    return shown.join(" ") || say("minutes", { n: 0 });
  };

  const stateOf = (badge, now) => {
    const due = Date.parse(badge.dataset.due);
    if (now >= due) return "overdue";
    const started = Date.parse(badge.dataset.started ?? "");
    const soon = Number.isNaN(started) ? SHORT_NOTICE : (due - started) * NEARLY_DUE;
    return due - now <= soon ? "soon" : "running";
  };

  const show = (badge) => {
    const now = Date.now();
    const state = stateOf(badge, now);
    const span = inWords(Date.parse(badge.dataset.due) - now);
    badge.querySelector(".clock-words").textContent = say(state === "overdue" ? "overdue" : "left", { span });
    badge.dataset.state = state;
    for (const tone of Object.values(TONES)) badge.classList.toggle(`tone-${tone}`, tone === TONES[state]);
  };

  const showAll = () => document.querySelectorAll(".clock[data-due]").forEach(show);
  setInterval(showAll, 30000);
  document.addEventListener("visibilitychange", () => document.hidden || showAll());
})();
