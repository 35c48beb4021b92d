// A long select that can be searched: type part of a name or a code, arrow keys, Enter. The select stays
// in the form (hidden) and keeps the value, so that without this script everything works as before.
// `<select data-searchable data-hint="what to type" data-none="said where nothing fits">`
(() => {
  const { make, onEach } = window.chuishao;
  const MOST = 60;
  let made = 0;

  const read = (select) =>
    [...select.options].filter((option) => option.value).map((option) => ({
      value: option.value,
      name: option.textContent.trim(),
      group: option.parentElement.label ?? "",
    }));

  /** Best first: the name or code begins with what is typed, then contains it, then its group does. */
  const rank = (item, typed) => {
    if (item.name.startsWith(typed) || item.value.startsWith(typed)) return 0;
    if (item.name.includes(typed)) return 1;
    return item.group.includes(typed) ? 2 : 9;
  };

  onEach("select[data-searchable]", (select) => {
    const id = `search-select-${(made += 1)}`;
    const all = read(select);
    const input = make("input", {
      type: "text", className: "form-control", id: `${id}-input`, autocomplete: "off", role: "combobox",
      placeholder: select.dataset.hint ?? "", "aria-expanded": "false", "aria-autocomplete": "list", "aria-controls": `${id}-list`,
    });
    for (const name of ["aria-invalid", "aria-describedby"]) {
      if (select.hasAttribute(name)) input.setAttribute(name, select.getAttribute(name));
    }
    input.classList.toggle("is-invalid", select.classList.contains("is-invalid"));
    input.required = select.required;
    const list = make("div", { className: "place-options", id: `${id}-list`, role: "listbox", hidden: true });
    const box = make("div", { className: "search-select" }, input, list);
    const label = document.querySelector(`label[for="${select.id}"]`);
    if (label) label.htmlFor = input.id;
    select.required = false;
    select.hidden = true;
    select.before(box);

    const options = () => [...list.querySelectorAll(".place-option")];
    const current = () => list.querySelector('[aria-selected="true"]');
    const wording = () => {
      const chosen = all.find((item) => item.value === select.value);
      return chosen ? chosen.name : "";
    };
    const open = (on) => {
      list.hidden = !on;
      input.setAttribute("aria-expanded", String(on));
      if (!on) input.removeAttribute("aria-activedescendant");
    };
    const mark = (option) => {
      for (const each of options()) each.setAttribute("aria-selected", String(each === option));
      if (!option) return;
      input.setAttribute("aria-activedescendant", option.id);
      option.scrollIntoView({ block: "nearest" });
    };
    const show = (typed) => {
      const found = typed ? all.filter((item) => rank(item, typed) < 9).sort((a, b) => rank(a, typed) - rank(b, typed)) : all;
      list.replaceChildren();
      let group;
      for (const [n, item] of found.slice(0, typed ? MOST : all.length).entries()) {
        if (!typed && item.group !== group) list.append(make("div", { className: "search-select-group", textContent: item.group, role: "presentation" }));
        group = item.group;
        const option = make("button", { type: "button", className: "place-option", id: `${id}-${n}`, role: "option", tabIndex: -1 }, make("span", { textContent: item.name }));
        if (typed) option.append(make("small", { textContent: item.group }));
        option.dataset.value = item.value;
        option.setAttribute("aria-selected", "false");
        list.append(option);
      }
      if (!found.length) list.append(make("div", { className: "place-none", textContent: select.dataset.none ?? "" }));
      mark(typed ? options()[0] : options().find((option) => option.dataset.value === select.value));
      open(true);
    };
    const choose = (value) => {
      const changed = select.value !== value;
      select.value = value;
      input.value = wording();
      open(false);
      if (changed) select.dispatchEvent(new Event("change", { bubbles: true }));
    };

    input.value = wording();
    input.addEventListener("focus", () => { input.select(); show(""); });
    input.addEventListener("input", () => show(input.value.trim()));
    input.addEventListener("blur", () => {
      open(false);
      if (!input.value.trim() && select.value) choose("");
      else input.value = wording();
    });
    input.addEventListener("keydown", (event) => {
      if (event.isComposing) return;
      const each = options();
      const at = each.indexOf(current());
      if (event.key === "ArrowDown" && list.hidden) show("");
      else if (event.key === "ArrowDown") mark(each[Math.min(at + 1, each.length - 1)]);
      else if (event.key === "ArrowUp") mark(each[Math.max(at - 1, 0)]);
      else if (event.key === "Enter" && !list.hidden && current()) choose(current().dataset.value);
      else if (event.key === "Tab" && !list.hidden && input.value.trim() && input.value !== wording() && current()) return choose(current().dataset.value);
      else if (event.key === "Escape" && !list.hidden) open(false);
      else return;
      event.preventDefault();
    });
    list.addEventListener("mousedown", (event) => event.preventDefault());
    list.addEventListener("click", (event) => {
      const option = event.target.closest(".place-option");
      if (option) choose(option.dataset.value);
    });
    select.form?.addEventListener("draft:restored", () => { input.value = wording(); });
  });
})();
