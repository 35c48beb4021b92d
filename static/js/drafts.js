// Nothing typed is lost: forms with data-draft="name" are kept in this browser and offered back.
// data-draft-store="local" outlives the tab (a phone in the field); otherwise the draft dies with
// the tab (a shared desk). Fields with data-no-draft, hidden tokens, passwords and files stay out.
(() => {
  const { say, make, onEach } = window.chuishao;
  const KEEP_FOR = 12 * 3600 * 1000;
  const PREFIX = `draft:${document.body.dataset.person ?? "nobody"}:`;
  const SENT = "draft-sent";

  const storeOf = (form) => (form.dataset.draftStore === "local" ? localStorage : sessionStorage);
  const fieldsOf = (form) =>
    [...form.elements].filter(
      (field) => field.name && field.name !== "csrfmiddlewaretoken" && !("noDraft" in field.dataset) &&
        !["password", "file", "submit", "button"].includes(field.type),
    );

  const read = (form) => {
    const values = {};
    for (const field of fieldsOf(form)) {
      if ((field.type === "checkbox" || field.type === "radio") && !field.checked) continue;
      (values[field.name] ??= []).push(field.value);
    }
    return values;
  };

  const write = (form, values) => {
    for (const field of fieldsOf(form)) {
      const kept = values[field.name] ?? [];
      if (field.type === "checkbox" || field.type === "radio") field.checked = kept.includes(field.value);
      else if (field.multiple) for (const option of field.options) option.selected = kept.includes(option.value);
      else if (kept.length) field.value = kept.shift();
    }
    form.dispatchEvent(new Event("change", { bubbles: true }));
    form.dispatchEvent(new CustomEvent("draft:restored", { bubbles: true }));
  };

  const load = (store, key) => {
    try {
      const kept = JSON.parse(store.getItem(key));
      return kept && Date.now() - kept.at < KEEP_FOR ? kept.values : null;
    } catch {
      return null;
    }
  };

  // The page that answers a sent form (it was opened from it, anew) and shows no errors means: taken.
  // Coming back after a lost connection, or to a form with errors, keeps the draft.
  const settle = () => {
    const sent = JSON.parse(sessionStorage.getItem(SENT));
    sessionStorage.removeItem(SENT);
    if (!sent || !document.referrer || new URL(document.referrer).pathname !== sent.path) return;
    if (performance.getEntriesByType("navigation")[0]?.type !== "navigate") return;
    const form = [...document.forms].find((each) => PREFIX + each.dataset.draft === sent.key);
    if (form?.querySelector("[aria-invalid=true], .alert-danger")) return;
    for (const store of [localStorage, sessionStorage]) store.removeItem(sent.key);
  };

  const note = (form, text, drop) => {
    let line = form.querySelector(".draft-note");
    if (!line) {
      line = make("div", { className: "draft-note", role: "status" });
      form.prepend(line);
    }
    line.replaceChildren(text);
    if (drop) {
      const button = make("button", { type: "button", className: "btn btn-sm", textContent: say("draft_drop") });
      button.addEventListener("click", drop);
      line.append(button);
    }
  };

  settle();
  onEach("form[data-draft]", (form) => {
    const store = storeOf(form);
    const key = PREFIX + form.dataset.draft;
    const blank = read(form);
    const kept = load(store, key);
    const answered = form.querySelector("[aria-invalid=true]");
    if (kept && !answered && JSON.stringify(kept) !== JSON.stringify(blank)) {
      write(form, structuredClone(kept));
      note(form, say("draft_found"), () => {
        store.removeItem(key);
        write(form, structuredClone(blank));
        form.querySelector(".draft-note").remove();
      });
    }
    let waiting;
    const keep = () => {
      clearTimeout(waiting);
      waiting = setTimeout(() => store.setItem(key, JSON.stringify({ at: Date.now(), values: read(form) })), 300);
    };
    form.addEventListener("input", keep);
    form.addEventListener("change", keep);
    form.addEventListener("place:chosen", keep);
    form.addEventListener("submit", () => {
      clearTimeout(waiting);
      sessionStorage.setItem(SENT, JSON.stringify({ key, path: location.pathname }));
    });
  });

  // Whoever signs out leaves nothing behind on a shared machine.
  document.addEventListener("submit", (event) => {
    if (!("dropDrafts" in event.target.dataset)) return;
    for (const store of [localStorage, sessionStorage]) {
      for (const key of Object.keys(store)) if (key.startsWith("draft:")) store.removeItem(key);
    }
  });
})();
