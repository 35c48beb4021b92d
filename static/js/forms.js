// Forms at a desk: one press is one deed, keys for what is done all day, parts that come and go.
(() => {
  const { onEach, make } = window.chuishao;

  // ---- a second press while the first is under way is lost, not sent ----
  const busy = (form, on) => {
    for (const button of form.querySelectorAll("button[type=submit], button:not([type]), input[type=submit]")) {
      button.setAttribute("aria-busy", String(on));
    }
    if (on) form.dataset.busy = "yes";
    else delete form.dataset.busy;
  };
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || "noGuard" in form.dataset) return;
    if (form.dataset.busy) {
      event.preventDefault();
      event.stopImmediatePropagation();
      return;
    }
    // After the browser has read the pressed button's value, and only if the form is really sent.
    setTimeout(() => event.defaultPrevented || busy(form, true));
  }, true);
  for (const [name, on] of [["htmx:beforeRequest", true], ["htmx:afterRequest", false]]) {
    document.body.addEventListener(name, (event) => {
      if (event.detail.elt.tagName === "FORM" && event.detail.requestConfig?.verb !== "get") busy(event.detail.elt, on);
    });
  }
  // Coming back by the browser's history brings the page as it was left: busy.
  window.addEventListener("pageshow", () => document.querySelectorAll("form[data-busy]").forEach((form) => busy(form, false)));

  // ---- keys: data-shortcut="alt+s" presses, data-focus-key="/" focuses ----
  const isTyping = (target) => target.matches?.("input, textarea, select, [contenteditable]");
  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.ctrlKey || event.metaKey) return;
    if (event.altKey) {
      const wanted = `alt+${event.code.replace(/^(Key|Digit)/, "").toLowerCase()}`;
      const button = document.querySelector(`[data-shortcut="${CSS.escape(wanted)}"]`);
      if (!button) return;
      event.preventDefault();
      button.click();
    } else if (!isTyping(event.target) && event.key.length === 1) {
      const field = document.querySelector(`[data-focus-key="${CSS.escape(event.key)}"]`);
      if (!field) return;
      event.preventDefault();
      field.focus();
      field.select?.();
    }
  });

  // ---- data-show-when="field=value|value2" ----
  onEach("[data-show-when]", (block) => {
    const form = block.closest("form");
    const [name, values] = block.dataset.showWhen.split("=");
    const wanted = values.split("|");
    const follow = () => {
      const shown = new FormData(form).getAll(name).some((value) => wanted.includes(value));
      block.hidden = !shown;
      for (const field of block.querySelectorAll("input, select, textarea, button")) field.disabled = !shown;
    };
    form.addEventListener("change", follow);
    follow();
  });

  // ---- «12/500» ----
  onEach("textarea[data-counter][maxlength]", (area) => {
    const count = make("div", { className: "counter" });
    const follow = () => { count.textContent = `${area.value.length}/${area.maxLength}`; };
    area.after(count);
    area.addEventListener("input", follow);
    follow();
  });

  // ---- lists that grow ----
  onEach("[data-repeat]", (list) => {
    const template = list.querySelector("template");
    const place = list.querySelector("[data-repeat-add]");
    list.addEventListener("click", (event) => {
      if (event.target.closest("[data-repeat-add]")) {
        place.before(template.content.cloneNode(true));
        const rows = list.querySelectorAll("[data-repeat-row]");
        rows[rows.length - 1].querySelector("input, select, textarea")?.focus();
      }
      const remove = event.target.closest("[data-repeat-remove]");
      if (remove) {
        remove.closest("[data-repeat-row]").remove();
        place.focus();
      }
    });
  });
})();
