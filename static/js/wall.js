// The board on the wall. Nothing is ever drawn anew as a whole: rows and marks are kept by key, changed in place,
// and taken away when what they stand for is over, so that a night costs no memory.
(() => {
  const root = document.querySelector("[data-wall]");
  const read = (id) => JSON.parse(document.getElementById(id).textContent);
  const words = read("wall-words");
  const find = (name) => root.querySelector(`[data-${name}]`);
  const NS = "http://www.w3.org/2000/svg";
  const WIDTH = 1000; // of the map, in its own units
  const PATIENCE = 10_000; // ms that an answer may take
  const SHAPES = {
    blown: "M0-11A11 11 0 1 1 0 11A11 11 0 1 1 0-11Z",
    acknowledged: "M-10-10H10V10H-10Z",
    reported: "M0-14L14 0L0 14L-14 0Z",
    late: "M0-14L14 11H-14Z",
  };

  const say = (name, values = {}) => words[name].replace(/%\((\w+)\)s/g, (_all, key) => values[key]);
  const clock = (at, seconds = false) => at.toLocaleTimeString("zh-CN", { hour: "2-digit", minute: "2-digit", ...(seconds && { second: "2-digit" }), hourCycle: "h23", timeZone: "Asia/Shanghai" });
  const day = (at) => at.toLocaleDateString("sv-SE", { timeZone: "Asia/Shanghai" });
  /** The time of day, and before it the date of any other day than today. */
  const moment = (at) => (day(at) === day(new Date()) ? clock(at) : `${day(at).slice(5)} ${clock(at)}`);
  const make = (name, given = {}) => Object.assign(document.createElement(name), given);
  const draw = (name, given = {}) => {
    const shape = document.createElementNS(NS, name);
    for (const [key, value] of Object.entries(given)) shape.setAttribute(key, value);
    return shape;
  };
  const write = (box, text) => { if (box.textContent !== text) box.textContent = text; };

  /** Let `box` show `items` in their order: kept by key, changed in place, removed when gone. */
  const show = (box, items, key, build, change) => {
    const known = new Map([...box.children].map((child) => [child.dataset.key, child]));
    let place = box.firstElementChild;
    for (const item of items) {
      const name = String(key(item));
      let child = known.get(name);
      known.delete(name);
      if (!child) {
        child = build(item);
        child.dataset.key = name;
      }
      change(child, item);
      if (child === place) place = place.nextElementSibling;
      else box.insertBefore(child, place);
    }
    for (const gone of known.values()) gone.remove();
  };

  // --- the map

  const map = find("map");
  let project = null;
  const middles = new Map();

  const rings = ({ type, coordinates }) => (type === "Polygon" ? coordinates : coordinates.flat());
  const outer = ({ type, coordinates }) => (type === "Polygon" ? [coordinates[0]] : coordinates.map((part) => part[0]));

  /** The middle of the largest outline, by area; of a sliver, of its corners. */
  const middle = (geometry) => {
    let best = { size: -1 };
    for (const ring of outer(geometry)) {
      let size = 0, x = 0, y = 0;
      for (let n = 0; n + 1 < ring.length; n += 1) {
        const cross = ring[n][0] * ring[n + 1][1] - ring[n + 1][0] * ring[n][1];
        size += cross;
        x += (ring[n][0] + ring[n + 1][0]) * cross;
        y += (ring[n][1] + ring[n + 1][1]) * cross;
      }
      if (Math.abs(size) > best.size) best = { size: Math.abs(size), lon: size ? x / (3 * size) : ring[0][0], lat: size ? y / (3 * size) : ring[0][1] };
    }
    return [best.lon, best.lat];
  };

  const shortName = (name) => name.replace(/(街道办事处|居民?委员?会)$/, (ending) => (ending.startsWith("街道") ? "街道" : ""));

  const drawTowns = (towns) => {
    const points = towns.features.flatMap(({ geometry }) => (geometry ? rings(geometry).flat() : []));
    if (!points.length) return;
    const lons = points.map(([lon]) => lon), lats = points.map(([, lat]) => lat);
    const [west, east] = [Math.min(...lons), Math.max(...lons)], [south, north] = [Math.min(...lats), Math.max(...lats)];
    const flat = Math.cos(((south + north) / 2) * (Math.PI / 180));
    const scale = WIDTH / Math.max((east - west) * flat, north - south, 1e-6);
    project = (lon, lat) => [(lon - west) * flat * scale, (north - lat) * scale];
    const [right, bottom] = project(east, south);
    map.setAttribute("viewBox", `-30 -30 ${right + 60} ${bottom + 60}`);
    const line = (ring) => `M${ring.map((point) => project(...point).map((n) => n.toFixed(1)).join(" ")).join("L")}Z`;
    for (const { geometry, properties } of towns.features) {
      if (!geometry) continue;
      find("towns").append(draw("path", { class: "wall-town", d: rings(geometry).map(line).join("") }));
      middles.set(properties.code, middle(geometry));
    }
    nameTowns(towns);
  };

  /** A name that would lie across another stays away. */
  const nameTowns = (towns) => {
    const taken = [];
    for (const { geometry, properties } of towns.features) {
      if (!geometry) continue;
      const [x, y] = project(...middles.get(properties.code));
      const text = draw("text", { class: "wall-name", x: x.toFixed(1), y: y.toFixed(1) });
      text.textContent = shortName(properties.name);
      find("names").append(text);
      const { left, top, right, bottom } = text.getBoundingClientRect();
      if (taken.some((other) => left < other.right && other.left < right && top < other.bottom && other.top < bottom)) text.remove();
      else taken.push({ left, top, right, bottom });
    }
  };

  const placeOf = (whistle) => {
    const spot = whistle.lon !== null ? [whistle.lon, whistle.lat] : middles.get(whistle.town);
    return spot && project ? project(...spot) : null;
  };

  const nameOf = (whistle) => [whistle.emergency ? words.emergency : "", words[whistle.state], whistle.number || words.guarded, whistle.place, whistle.units].filter(Boolean).join(" · ");

  const buildMark = () => {
    const mark = draw("g", { class: "wall-mark" });
    mark.append(draw("title"), draw("circle", { r: "18" }), draw("path"));
    return mark;
  };

  const changeMark = (mark, { whistle, x, y }) => {
    const [title, , path] = mark.children;
    write(title, nameOf(whistle));
    mark.setAttribute("transform", `translate(${x.toFixed(1)} ${y.toFixed(1)})`);
    if (mark.dataset.state !== whistle.state) {
      mark.dataset.state = whistle.state;
      path.setAttribute("d", SHAPES[whistle.state]);
    }
    mark.toggleAttribute("data-emergency", whistle.emergency);
  };

  /** What lies on one spot is set around it, ring by ring, so that each can be seen. */
  const placed = (whistles) => {
    const together = new Map();
    const found = [];
    for (const whistle of whistles) {
      const spot = placeOf(whistle);
      if (!spot) continue;
      const name = spot.map((n) => Math.round(n / 20)).join();
      const n = together.get(name) ?? 0;
      together.set(name, n + 1);
      const ring = n ? Math.ceil((Math.sqrt(12 * n + 9) - 3) / 6) : 0;
      const angle = ring ? (n * 2 * Math.PI) / (6 * ring) : 0;
      found.push({ whistle, x: spot[0] + 26 * ring * Math.cos(angle), y: spot[1] + 26 * ring * Math.sin(angle) });
    }
    return found.reverse(); // emergencies come first, and lie on top
  };

  // --- the rest of the board

  const buildRow = () => {
    const row = make("tr");
    row.append(...Array.from({ length: 5 }, () => make("td")));
    row.children[1].append(make("a"));
    return row;
  };

  const changeRow = (row, whistle) => {
    const [state, number, town, units, since] = row.children;
    write(state, [whistle.emergency ? words.emergency : "", words[whistle.state]].filter(Boolean).join(" · "));
    const link = number.firstChild;
    if (whistle.url) link.setAttribute("href", whistle.url);
    write(link, whistle.number || words.guarded);
    write(town, whistle.place);
    write(units, whistle.units);
    write(since, moment(new Date(whistle.since)));
  };

  const buildTown = () => {
    const row = make("li");
    row.append(make("span", { className: "wall-rank" }), make("span"), make("span", { className: "wall-score" }));
    return row;
  };

  const changeTown = (row, { town, cut }) => {
    const [rank, name, score] = row.children;
    const [from, to] = town.places;
    write(rank, from === to ? say("place", { from }) : say("places", { from, to }));
    write(name, town.group && !town.group.includes(town.name.at(-1)) ? `${town.name}（${town.group}）` : town.name);
    write(score, town.score === null ? words.nodata : town.score.toFixed(2));
    row.classList.toggle("is-cut", cut);
  };

  const buildStep = () => {
    const row = make("li");
    row.append(make("time"), make("span"), make("span", { className: "wall-where" }));
    return row;
  };

  const changeStep = (row, step) => {
    const [time, label, where] = row.children;
    write(time, moment(new Date(step.at)));
    label.dataset.tone = step.tone;
    write(label, step.label);
    write(where, [step.number || words.guarded, step.place, step.unit].filter(Boolean).join(" · "));
  };

  const list = find("list"), toggle = find("table");
  let board = null;

  const fill = (news) => {
    board = news;
    for (const [name, count] of Object.entries(news.counts)) {
      const box = root.querySelector(`[data-count="${name}"]`);
      if (box) write(box, count.toLocaleString("en-US"));
    }
    const { month, whistles } = news;
    write(find("period"), month.period);
    for (const box of root.querySelectorAll("[data-rate]")) {
      const value = box.dataset.rate === "score" ? month.score : month.rates[box.dataset.rate];
      write(box, value === null || value === undefined ? words.nodata : value.toFixed(2) + (box.dataset.rate === "score" ? "" : "%"));
    }
    const towns = month.towns.map((town, n) => ({ town, cut: month.cut > 0 && n === month.cut }));
    show(find("ranking"), towns, ({ town }) => town.code, buildTown, changeTown);
    show(find("rows"), whistles, ({ id }) => id, buildRow, changeRow);
    show(find("steps"), news.steps, ({ id }) => id, buildStep, changeStep);
    write(find("drawn"), whistles.length < news.counts.live ? say("drawn", { shown: whistles.length, count: news.counts.live }) : String(news.counts.live));
    const none = find("none");
    write(none, words.none);
    none.hidden = whistles.length > 0;
    fillMap();
  };

  const fillMap = () => {
    const marks = placed(board.whistles);
    show(find("marks"), marks, ({ whistle }) => whistle.id, buildMark, changeMark);
    map.setAttribute("aria-label", say("map", { count: marks.length }));
  };

  // --- asking for news

  const link = find("link");
  let timer = 0, over = false;

  const standing = (text, lost) => {
    write(link, text);
    link.classList.toggle("is-lost", lost);
  };

  const look = async () => {
    const address = new URL(root.dataset.news, location.href);
    address.searchParams.set("have", board.version);
    try {
      const answer = await fetch(address, { headers: { Accept: "application/json" }, signal: AbortSignal.timeout(PATIENCE), cache: "no-store" });
      const isBoard = (answer.headers.get("Content-Type") ?? "").includes("json");
      if (answer.redirected || answer.status === 403 || (answer.ok && answer.status !== 204 && !isBoard)) {
        over = true; // signed out, or no longer to look: say so once and ask no more
        standing(say("signed_out", { time: clock(new Date(), true) }), true);
        return;
      }
      if (answer.status === 200) fill(await answer.json());
      else if (answer.status !== 204) throw new Error(String(answer.status));
      standing(say("live", { time: clock(new Date(), true) }), false);
    } catch {
      if (!link.classList.contains("is-lost")) standing(say("lost", { time: clock(new Date(), true) }), true);
    }
  };

  const next = () => {
    clearTimeout(timer);
    if (!over) timer = setTimeout(async () => { if (!document.hidden) await look(); next(); }, Number(root.dataset.every) * 1000);
  };
  document.addEventListener("visibilitychange", async () => { if (!document.hidden && !over) { await look(); next(); } });
  root.addEventListener("wall:look", async () => { await look(); root.dispatchEvent(new Event("wall:looked")); });

  // --- the frame

  const tick = () => write(find("clock"), clock(new Date(), true));
  setInterval(tick, 1000);
  tick();

  const full = find("full");
  full.hidden = !document.documentElement.requestFullscreen;
  full.addEventListener("click", () => (document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen()).catch(() => {}));
  document.addEventListener("fullscreenchange", () => write(full, document.fullscreenElement ? words.leave_full : words.full));

  const asTable = (on) => {
    list.hidden = !on;
    map.toggleAttribute("hidden", on);
    toggle.setAttribute("aria-pressed", String(on));
  };
  toggle.addEventListener("click", () => asTable(list.hidden));

  for (const state of ["blown", "acknowledged", "reported", "late"]) {
    const item = make("li");
    const key = draw("svg", { viewBox: "-18 -18 36 36", "aria-hidden": "true" });
    const mark = draw("g", { class: "wall-mark", "data-state": state });
    mark.append(draw("path", { d: SHAPES[state] }));
    key.append(mark);
    item.append(key, words[state]);
    find("legend").append(item);
  }

  fill(read("wall-board"));
  standing(say("live", { time: clock(new Date(), true) }), false);
  fetch(`${root.dataset.boundaries}?level=town`, { headers: { Accept: "application/json" } })
    .then((answer) => (answer.ok ? answer.json() : Promise.reject(new Error(String(answer.status)))))
    .then((towns) => { drawTowns(towns); fillMap(); })
    .catch(() => { asTable(true); toggle.title = words.no_map; });
  next();
})();
