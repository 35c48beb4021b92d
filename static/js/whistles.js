// Whistles and orders: who is summoned as chips, one click to adopt the responsibility list, marks by slider.
(() => {
  const { onEach, make } = window.chuishao;

  // ---- a dialog that came with the page ----
  onEach("dialog[data-open-now]", (dialog) => {
    dialog.removeAttribute("open");
    dialog.showModal();
    dialog.querySelector("[aria-invalid=true], textarea, input:not([type=hidden]), select")?.focus();
  });

  // ---- the time by the device, told with the form ----
  onEach("[data-device-time]", (field) => {
    field.form.addEventListener("submit", () => { field.value = new Date().toISOString(); });
  });

  // ---- who leads, who assists ----
  onEach("[data-units]", (box) => {
    const form = box.closest("form");
    const rows = [...box.querySelectorAll("[data-unit]")];
    const chips = box.querySelector("[data-units-chips]");
    const filter = box.querySelector("[data-units-filter]");
    const radio = (row) => row.querySelector("input[type=radio]");
    const check = (row) => row.querySelector("input[type=checkbox]");
    const chosen = () => rows.filter((row) => radio(row).checked || check(row).checked);

    const chip = (row) => {
      const leads = radio(row).checked;
      const { leadWord, assistWord, removeWord } = box.dataset;
      const button = make("button", { type: "button", className: leads ? "chip chip-lead" : "chip" }, `${leads ? leadWord : assistWord} · ${row.dataset.name} ×`);
      button.setAttribute("aria-label", `${removeWord} ${row.dataset.name}`);
      button.addEventListener("click", () => {
        radio(row).checked = check(row).checked = false;
        follow();
      });
      return button;
    };
    /** An owner must be summoned: others cannot be picked, one already picked stays readable. */
    const narrow = () => {
      const codes = new Set(chosen().map((row) => row.dataset.unit));
      for (const option of form.querySelectorAll("select[name=item_unit] option")) {
        option.hidden = Boolean(option.value) && !codes.has(option.value) && !option.selected;
      }
    };
    const follow = () => {
      for (const row of rows) {
        check(row).disabled = radio(row).checked;
        if (radio(row).checked) check(row).checked = false;
        row.classList.toggle("is-chosen", radio(row).checked || check(row).checked);
      }
      const picked = chosen().sort((a, b) => radio(b).checked - radio(a).checked);
      chips.replaceChildren(...picked.map(chip));
      show();
      narrow();
    };
    const level = () => form.querySelector("input[name=level]:checked");
    const beyond = box.querySelector("[data-units-beyond]");
    /** Show whom the chosen level summons and the filter finds; who is chosen stays in sight, marked where out of reach. */
    const show = () => {
      const words = filter.value.trim().toLowerCase();
      const kinds = level() && new Set(level().dataset.summons.split(" "));
      let marked = false;
      for (const row of rows) {
        const reached = !kinds || kinds.has(row.dataset.kind);
        const picked = radio(row).checked || check(row).checked;
        row.hidden = !(reached || picked) || !row.dataset.words.toLowerCase().includes(words);
        row.classList.toggle("is-beyond", picked && !reached);
        marked ||= picked && !reached;
      }
      beyond.hidden = !marked;
      for (const group of box.querySelectorAll("[data-units-group]")) {
        group.hidden = !group.querySelector("[data-unit]:not([hidden])");
      }
    };
    filter.hidden = false;
    filter.addEventListener("input", show);
    form.addEventListener("change", (event) => event.target.name === "level" && show());
    filter.addEventListener("keydown", (event) => {
      if (event.key === "Enter") event.preventDefault();
    });
    box.addEventListener("change", follow);
    form.addEventListener("focusin", (event) => event.target.name === "item_unit" && narrow());
    form.addEventListener("input", (event) => box.contains(event.target) && follow());

    document.addEventListener("click", (event) => {
      const adopt = event.target.closest("[data-adopt]");
      if (!adopt) return;
      event.preventDefault();
      const assists = adopt.dataset.assists.split(",");
      for (const row of rows) {
        radio(row).checked = row.dataset.unit === adopt.dataset.lead;
        check(row).checked = assists.includes(row.dataset.unit);
      }
      follow();
      form.dispatchEvent(new Event("input", { bubbles: true }));
      box.scrollIntoView({ block: "nearest" });
    });
    follow();
    setTimeout(follow); // after a draft was put back
  });

  // ---- marks ----
  onEach("[data-mark]", (box) => {
    const number = box.querySelector("input[type=number]");
    const slider = box.querySelector("input[type=range]");
    slider.hidden = false;
    slider.value = number.value || 0;
    slider.addEventListener("input", () => { number.value = slider.value; show(); });
    number.addEventListener("input", () => { slider.value = number.value; show(); });
    const show = () => {
      for (const grade of box.querySelectorAll("[data-grade]")) {
        grade.setAttribute("aria-pressed", String(grade.dataset.grade === number.value));
      }
    };
    box.addEventListener("click", (event) => {
      const grade = event.target.closest("[data-grade]");
      if (!grade) return;
      number.value = slider.value = grade.dataset.grade;
      show();
    });
    for (const grade of box.querySelectorAll("[data-grade]")) grade.hidden = false;
    show();
  });
})();
