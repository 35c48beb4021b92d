// What every page can do: words, toasts, dialogs, menus, and telling of refused or failed requests.
// Other scripts reach it as `window.chuishao`.
(() => {
  const source = document.getElementById("ui-strings");
  const words = source ? JSON.parse(source.textContent) : {};

  /** Return the word in the reader's language, its %(name)s filled from `params`. */
  const say = (key, params = {}) =>
    (words[key] ?? key).replace(/%\((\w+)\)s/g, (_whole, name) => params[name] ?? "");

  /** Make an element with properties and children; text is always text, never markup. */
  const make = (tag, properties = {}, ...children) => {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(properties)) {
      if (name in element) element[name] = value;
      else element.setAttribute(name, value);
    }
    element.append(...children);
    return element;
  };

  /** Call `start(element)` once for each match now in the page and in whatever htmx brings later. */
  const onEach = (selector, start) => {
    const seen = new WeakSet();
    const visit = (root) => {
      const found = [...root.querySelectorAll(selector)];
      if (root.matches?.(selector)) found.unshift(root);
      for (const element of found) {
        if (seen.has(element)) continue;
        seen.add(element);
        start(element);
      }
    };
    visit(document);
    document.body.addEventListener("htmx:load", (event) => visit(event.detail.elt));
  };

  /** Show a message in the corner; errors stay until closed, others go after six seconds. */
  const toast = (text, tone = "info") => {
    const box = document.getElementById("toasts");
    if (!box || !text) return;
    const close = make("button", { type: "button", className: "btn btn-bare", "aria-label": say("close"), textContent: "×" });
    const message = make("div", { className: `alert alert-${tone}` }, make("div", { textContent: text }), close);
    if (tone === "danger") message.setAttribute("role", "alert");
    close.addEventListener("click", () => message.remove());
    box.append(message);
    if (tone !== "danger") setTimeout(() => message.remove(), 6000);
  };

  /** Ask a question in a dialog; resolve to whether it was confirmed. */
  const ask = (question) =>
    new Promise((resolve) => {
      const cancel = make("button", { type: "submit", className: "btn", value: "", textContent: say("cancel") });
      const confirm = make("button", { type: "submit", className: "btn btn-primary", value: "yes", textContent: say("confirm") });
      const form = make("form", { method: "dialog" }, make("p", { textContent: question }), make("div", { className: "dialog-foot" }, cancel, confirm));
      const dialog = make("dialog", { className: "dialog dialog-ask", "aria-label": question }, form);
      dialog.addEventListener("close", () => {
        resolve(dialog.returnValue === "yes");
        dialog.remove();
      });
      document.body.append(dialog);
      dialog.showModal();
      confirm.focus();
    });

  window.chuishao = { say, make, onEach, toast, ask };

  // ---- questions before deeds ----
  document.addEventListener(
    "click",
    async (event) => {
      const asker = event.target.closest?.("[data-confirm]");
      if (!asker || asker.dataset.confirmed) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      if (asker.type === "submit" && asker.form && !asker.form.reportValidity()) return;
      if (!(await ask(asker.dataset.confirm))) return;
      asker.dataset.confirmed = "yes";
      asker.click();
      delete asker.dataset.confirmed;
    },
    true,
  );
  document.body.addEventListener("htmx:confirm", async (event) => {
    if (!event.detail.question) return;
    event.preventDefault();
    if (await ask(event.detail.question)) event.detail.issueRequest(true);
  });

  // ---- dialogs and menus ----
  document.addEventListener("click", (event) => {
    const opener = event.target.closest?.("[data-open-dialog]");
    if (opener) document.getElementById(opener.dataset.openDialog)?.showModal();
    if (event.target.closest?.("[data-close-dialog]")) event.target.closest("dialog")?.close();
    for (const menu of document.querySelectorAll("[data-menu][open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of document.querySelectorAll("[data-menu][open]")) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });

  // ---- rows that scroll sideways on a phone: what is open is brought into sight ----
  onEach(".shell-nav a[aria-current], .tabs a[aria-current]", (link) => {
    const row = link.closest("ul");
    const [own, whole] = [link.getBoundingClientRect(), row.getBoundingClientRect()];
    row.scrollLeft += own.left - whole.left - (whole.width - own.width) / 2;
  });

  // ---- what the server refused ----
  const REFUSALS = { 403: "forbidden", 404: "missing", 409: "moved_on", 429: "too_many" };
  // What asks by itself (the bell, a working group's tail) fails by itself: no news to the reader.
  const isPoll = (event) => event.detail.elt?.matches?.("#bell, [data-poll]");
  const reasonIn = (answer) => {
    const plain = (answer.getResponseHeader("Content-Type") ?? "").startsWith("text/plain");
    if (plain) return answer.responseText.slice(0, 300);
    const page = new DOMParser().parseFromString(answer.responseText, "text/html");
    return page.querySelector("[data-refusal]")?.textContent.trim();
  };
  const tellRefusal = (answer) => toast(reasonIn(answer) || say(REFUSALS[answer.status] ?? "server"), "danger");
  document.body.addEventListener("htmx:responseError", (event) => isPoll(event) || tellRefusal(event.detail.xhr));
  // Whole pages never belong into a part of one: an error page is told, the sign-in page is gone to.
  document.body.addEventListener("htmx:beforeSwap", (event) => {
    const answer = event.detail.xhr;
    if (answer.responseText.includes("data-sign-in")) {
      event.detail.shouldSwap = false;
      if (!isPoll(event)) location.reload();
    } else if (answer.status === 400 && answer.responseText.includes("data-error-page")) {
      event.detail.shouldSwap = false;
      tellRefusal(answer);
    }
  });
  for (const failure of ["htmx:sendError", "htmx:timeout"]) {
    document.body.addEventListener(failure, (event) => {
      if (!isPoll(event)) toast(say("offline"), "danger");
    });
  }
  document.body.addEventListener("toast", (event) => toast(event.detail.text, event.detail.tone));
})();
