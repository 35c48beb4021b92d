// The working group: sends by Ctrl+Enter, keeps what is being typed, asks for news only while it is looked at.
(() => {
  const { onEach, make } = window.chuishao;
  const NEAR_END = 80; // pixels: whoever is no further from the last message wants to see the next

  onEach("[data-group]", (group) => {
    const log = group.querySelector("[data-group-log]");
    const chip = group.querySelector("[data-group-new]");
    const tail = () => group.querySelector("[data-group-tail]");
    const atEnd = () => log.scrollHeight - log.scrollTop - log.clientHeight < NEAR_END;
    const toEnd = () => { log.scrollTop = log.scrollHeight; chip.hidden = true; };
    const look = () => tail() && window.htmx.trigger(tail(), "group:look");
    toEnd();
    let following = true;
    log.addEventListener("scroll", () => { following = atEnd(); if (following) chip.hidden = true; });
    chip.querySelector("button").addEventListener("click", () => { toEnd(); log.focus(); });

    // Nobody looks: nobody asks.
    group.addEventListener("htmx:beforeRequest", (event) => {
      if (document.hidden && event.detail.elt === tail()) event.preventDefault();
    });
    document.addEventListener("visibilitychange", () => { if (!document.hidden && group.isConnected) look(); });

    group.addEventListener("htmx:afterSwap", (event) => {
      if (!event.detail.requestConfig.elt.matches("[data-group-tail]")) return;
      if (log.querySelector(".group-line")) log.querySelector("[data-group-empty]")?.remove();
      if (following) toEnd();
      else chip.hidden = false;
    });
    // Signed out, or no longer of the group: say so once and ask no more.
    group.addEventListener("htmx:afterRequest", (event) => {
      const { elt, xhr } = event.detail;
      if (elt !== tail()) return;
      if (xhr.status === 403 || xhr.status === 404 || xhr.responseText.includes("data-sign-in")) {
        elt.replaceWith(make("p", { className: "alert alert-warning", textContent: elt.dataset.gone }));
      }
    });

    const form = group.querySelector("[data-group-form]");
    if (!form) return;
    const area = form.querySelector("textarea");
    const files = form.querySelector("[type=file]");
    const picked = form.querySelector("[data-group-picked]");
    files.addEventListener("change", () => { picked.textContent = [...files.files].map((file) => file.name).join("、"); });
    form.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.isComposing) return;
      event.preventDefault();
      form.requestSubmit();
    });
    form.addEventListener("htmx:afterRequest", (event) => {
      if (event.detail.elt !== form || event.detail.xhr.status !== 204) return;
      area.value = "";
      files.value = picked.textContent = "";
      form.querySelector("#group-errors").replaceChildren();
      form.dispatchEvent(new Event("change", { bubbles: true })); // the draft is empty now, too
      sessionStorage.removeItem("draft-sent"); // and what is typed next is another one
      following = true;
      area.focus();
    });
  });
})();
