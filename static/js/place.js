// The place field: type, choose with arrow keys and Enter; the hidden area, longitude and latitude follow.
// Fires `place:chosen` {area, lon, lat, text}; map.js and position.js fill the same field through `chuishao.place`.
(() => {
  const { say, onEach } = window.chuishao;
  const part = (field, name) => field.querySelector(`[data-place-${name}]`);

  /** Put a place into the field and tell the page. Empty lon and lat mean: somewhere in the area. */
  const choose = (field, { area = "", lon = "", lat = "", text = "" }) => {
    part(field, "area").value = area;
    part(field, "lon").value = lon;
    part(field, "lat").value = lat;
    part(field, "chosen").textContent = text ? say("chosen", { place: text }) : "";
    const chosen = new CustomEvent("place:chosen", { bubbles: true, detail: { area, lon, lat, text } });
    part(field, "area").dispatchEvent(chosen);
  };
  const clear = (field) => {
    part(field, "area").value = part(field, "lon").value = part(field, "lat").value = "";
    part(field, "chosen").textContent = "";
  };
  window.chuishao.place = { choose };

  onEach("[data-place]", (field) => {
    const query = part(field, "query");
    const list = field.querySelector(".place-options");
    const options = () => [...list.querySelectorAll(".place-option")];
    const current = () => list.querySelector('[aria-selected="true"].place-option');

    const open = (on) => {
      list.hidden = !on;
      query.setAttribute("aria-expanded", String(on));
      if (!on) query.removeAttribute("aria-activedescendant");
    };
    const mark = (option) => {
      for (const each of options()) each.setAttribute("aria-selected", String(each === option));
      if (!option) return query.removeAttribute("aria-activedescendant");
      query.setAttribute("aria-activedescendant", option.id);
      option.scrollIntoView({ block: "nearest" });
    };
    const take = (option) => {
      const { code, text, lon = "", lat = "" } = option.dataset;
      query.value = text;
      open(false);
      // A typed place names an area; its centre is no position, so it only moves the map.
      choose(field, { area: code, text });
      field.dispatchEvent(new CustomEvent("place:show", { detail: { lon, lat, area: code } }));
    };

    query.addEventListener("htmx:configRequest", (event) => {
      event.detail.parameters.q = query.value.trim();
    });
    query.addEventListener("htmx:beforeRequest", (event) => {
      if (event.detail.elt === query && !query.value.trim()) {
        event.preventDefault();
        open(false);
      }
    });
    list.addEventListener("htmx:afterSwap", () => {
      open(document.activeElement === query);
      mark(options()[0]);
      part(field, "found").textContent = say("results", { n: options().length });
    });
    query.addEventListener("input", () => clear(field));
    query.addEventListener("keydown", (event) => {
      if (list.hidden || event.isComposing) return;
      const all = options();
      const at = all.indexOf(current());
      if (event.key === "ArrowDown") mark(all[Math.min(at + 1, all.length - 1)]);
      else if (event.key === "ArrowUp") mark(all[Math.max(at - 1, 0)]);
      else if (event.key === "Enter" && current()) take(current());
      else if (event.key === "Escape") open(false);
      else return;
      event.preventDefault();
    });
    list.addEventListener("mousedown", (event) => event.preventDefault());
    list.addEventListener("click", (event) => {
      const option = event.target.closest(".place-option");
      if (option) take(option);
    });
    query.addEventListener("blur", () => open(false));
    query.addEventListener("focus", () => options().length && query.value && !part(field, "area").value && open(true));
    // A draft may have been put back before this script ran, or after.
    const repeat = () => {
      if (part(field, "area").value) part(field, "chosen").textContent = say("chosen", { place: query.value });
    };
    field.closest("form")?.addEventListener("draft:restored", repeat);
    repeat();
  });
})();
