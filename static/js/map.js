// The map of grids: outlines from our own server, no tiles, drawn on a canvas. Towns first; a click goes
// into a town, shows its communities and grids, and (with data-pick) a click on a grid chooses the spot.
(() => {
  const { say, make, onEach, toast } = window.chuishao;
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--ui-${name}`).trim();
  const outline = () => ({ color: colour("muted"), weight: 1, fillColor: colour("surface"), fillOpacity: 0.9 });
  // Pale is little, dark is much; told apart in print, too.
  const SHADES = ["#eff6fb", "#c6dbef", "#9ecae1", "#6baed6", "#4292c6"];
  const hovered = () => ({ fillColor: colour("blue-ground") });

  const load = async (url, params) => {
    const address = new URL(url, location.href);
    for (const [name, value] of Object.entries(params)) address.searchParams.set(name, value);
    const answer = await fetch(address, { headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error(`${answer.status} ${address}`);
    return answer.json();
  };

  class AreaMap {
    constructor(box) {
      this.box = box;
      this.field = box.closest("[data-place]") ?? box.closest("form")?.querySelector("[data-place]");
      this.picks = "pick" in box.dataset && this.field;
      this.path = box.parentElement.querySelector("[data-map-path]");
      this.map = L.map(box, { preferCanvas: true, attributionControl: false, zoomSnap: 0.25, minZoom: 8, maxZoom: 18 });
      this.map.setView([39.9, 116.65], 10);
      this.areas = L.layerGroup().addTo(this.map);
      this.marks = L.layerGroup().addTo(this.map);
      this.names = new Map();
      this.colours = this.readValues();
      this.map.on("zoomend resize", () => requestAnimationFrame(() => this.fitNames()));
    }

    /** The numbers by which areas are coloured, in five steps from the least to the most. */
    readValues() {
      const source = document.getElementById(this.box.dataset.values ?? "");
      if (!source) return null;
      const { unit, values } = JSON.parse(source.textContent);
      const known = Object.values(values);
      const [least, most] = [Math.min(...known), Math.max(...known)];
      const step = (most - least) / SHADES.length;
      this.box.after(this.legend(least, step, unit, known.length > 0));
      const shade = (value) => SHADES[step ? Math.min(Math.floor((value - least) / step), SHADES.length - 1) : 2];
      return { unit, values, shade };
    }

    legend(least, step, unit, any) {
      const row = make("div", { className: "map-legend" });
      if (!any) return row;
      const ranges = step ? SHADES.map((shade, n) => [shade, `${(least + n * step).toFixed(1)}–${(least + (n + 1) * step).toFixed(1)}${unit}`]) : [[SHADES[2], `${least}${unit}`]];
      for (const [shade, text] of ranges) {
        const swatch = make("span", { className: "map-swatch" });
        swatch.style.background = shade;
        row.append(swatch, make("span", { textContent: text }));
      }
      return row;
    }

    look(code) {
      const value = this.colours?.values[code];
      return value === undefined ? outline() : { ...outline(), fillColor: this.colours.shade(value) };
    }

    async start() {
      await this.showDistrict();
      this.showPoints();
      const { area, lon, lat } = this.box.dataset;
      if (area) await this.showPlace({ area, lon, lat });
      if (!this.picks) return;
      this.mark(lat, lon);
      this.field.addEventListener("place:show", (event) => this.showPlace(event.detail));
      this.field.addEventListener("place:chosen", ({ detail }) => this.mark(detail.lat, detail.lon));
    }

    async showDistrict() {
      const towns = await load(this.box.dataset.boundaries, { level: "town" });
      this.draw([{ areas: towns, named: true, onPick: (area) => this.showTown(area.code) }]);
      this.sayPath(null);
    }

    /** Go into a town: the lines of its communities over the areas of its grids. */
    async showTown(code) {
      const ask = (level) => load(this.box.dataset.boundaries, { level, within: code });
      const [communities, grids] = await Promise.all([ask("community"), ask("grid")]);
      const cells = grids.features.length ? grids : communities;
      this.remember(communities);
      this.draw([
        { areas: cells, onPick: (area, spot) => this.pick(area, spot) },
        { areas: communities, named: true, linesOnly: true },
      ]);
      this.sayPath(code);
    }

    remember(collection) {
      for (const { properties } of collection.features) this.names.set(properties.code, properties.name);
    }

    draw(layers) {
      this.areas.clearLayers();
      let bounds = L.latLngBounds([]);
      for (const { areas, named, linesOnly, onPick } of layers) {
        this.remember(areas);
        const layer = L.geoJSON(areas, {
          interactive: !linesOnly,
          style: ({ properties }) => (linesOnly ? { color: colour("ink"), weight: 1.75, fill: false } : this.look(properties.code)),
          onEachFeature: (feature, shape) => this.prepare(feature.properties, shape, { named, linesOnly, onPick }),
        });
        layer.addTo(this.areas);
        bounds = bounds.extend(layer.getBounds());
      }
      // All shapes share one canvas (a second one would swallow the clicks), so what is above is said anew.
      this.marks.eachLayer((dot) => dot.bringToFront());
      this.spot?.bringToFront();
      if (bounds.isValid()) this.map.fitBounds(bounds, { padding: [8, 8], animate: false });
      this.fitNames();
    }

    /** A name that would lie across another stays away until there is room, or its area is pointed at. */
    fitNames() {
      const taken = [];
      for (const name of this.box.querySelectorAll(".map-name")) {
        const { left, right, top, bottom } = name.getBoundingClientRect();
        const crowded = taken.some((other) => left < other.right && other.left < right && top < other.bottom && other.top < bottom);
        name.classList.toggle("is-crowded", crowded);
        if (!crowded) taken.push({ left, right, top, bottom });
      }
    }

    prepare(area, shape, { named, linesOnly, onPick }) {
      const value = this.colours?.values[area.code];
      const label = make("span", { textContent: value === undefined ? area.name : `${area.name} ${value}${this.colours.unit}` });
      if (named) shape.bindTooltip(label, { permanent: true, direction: "center", className: "map-name", interactive: false });
      else shape.bindTooltip(make("span", { textContent: this.fullName(area.code) }), { sticky: true });
      if (linesOnly) return;
      const point = (on) => {
        shape.setStyle(on ? hovered() : this.look(area.code));
        if (named) shape.getTooltip().getElement()?.classList.toggle("is-pointed", on);
      };
      shape.on("mouseover", () => point(true));
      shape.on("mouseout", () => point(false));
      if (onPick) shape.on("click", (event) => onPick(area, event.latlng));
    }

    /** «潞邑街道 · 潞邑社区 · 第3网格»: a code begins with the codes of the areas it lies in. */
    fullName(code) {
      const path = [9, 12, 15].filter((digits) => digits <= code.length).map((digits) => this.names.get(code.slice(0, digits)));
      // «潞邑社区第3网格» says its community once more: the path has just named it.
      const steps = path.map((name, n) => (n && path[n - 1] && name?.startsWith(path[n - 1]) ? name.slice(path[n - 1].length) : name));
      return steps.filter(Boolean).join(" · ");
    }

    pick(area, spot) {
      if (!this.picks) return;
      const text = this.fullName(area.code);
      const query = this.field.querySelector("[data-place-query]");
      if (query) query.value = text;
      window.chuishao.place.choose(this.field, {
        area: area.code, lon: spot.lng.toFixed(6), lat: spot.lat.toFixed(6), text,
      });
    }

    async showPlace({ area, lon, lat }) {
      if (area.length >= 9) await this.showTown(area.slice(0, 9));
      if (lon && lat && area.length > 9) this.map.setView([lat, lon], Math.max(this.map.getZoom(), 14), { animate: false });
    }

    mark(lat, lon) {
      this.spot?.remove();
      if (!lat || !lon) return;
      const look = { radius: 8, color: "#fff", weight: 2, fillColor: colour("red-fill"), fillOpacity: 1, interactive: false };
      this.spot = L.circleMarker([lat, lon], look).addTo(this.map);
      this.spot.bringToFront();
    }

    showPoints() {
      const source = document.getElementById(this.box.dataset.points ?? "");
      if (!source) return;
      for (const point of JSON.parse(source.textContent)) {
        const fill = colour(`${point.tone ?? "blue"}-fill`);
        const dot = L.circleMarker([point.lat, point.lon], {
          radius: 5, color: colour("surface"), weight: 1, fillColor: fill, fillOpacity: 0.9,
        });
        dot.bindTooltip(make("span", { textContent: point.text }));
        if (point.url) dot.on("click", () => location.assign(point.url));
        dot.addTo(this.marks);
      }
    }

    sayPath(code) {
      const step = (text, go) => {
        const button = make("button", { type: "button", className: "btn btn-sm btn-bare", textContent: text });
        button.addEventListener("click", go);
        return button;
      };
      this.path.replaceChildren(step(say("whole_district"), () => this.showDistrict()));
      if (code) this.path.append("›", make("strong", { textContent: this.names.get(code) ?? code }));
    }
  }

  onEach("[data-map]", (box) => {
    const map = new AreaMap(box);
    box.chuishaoMap = map;
    map.start().catch(() => toast(say("map_failed"), "warning"));
  });
})();
