// Where the phone is, and how exactly it knows. A refusal says what to do instead: pick the place.
(() => {
  const { say, onEach } = window.chuishao;

  onEach("[data-position]", (box) => {
    const button = box.querySelector("[data-position-ask]");
    const words = box.querySelector("[data-position-words]");
    const form = box.closest("form");
    const fill = ({ coords }) => {
      const lon = coords.longitude.toFixed(6);
      const lat = coords.latitude.toFixed(6);
      const metres = Math.round(coords.accuracy);
      const field = form.querySelector("[data-place]");
      words.textContent = say("located", { n: metres });
      words.className = "position-words";
      if (field && !box.querySelector("[data-place-lon]")) {
        window.chuishao.place.choose(field, { lon, lat, text: say("located", { n: metres }) });
      } else {
        box.querySelector("[data-place-lon]").value = lon;
        box.querySelector("[data-place-lat]").value = lat;
      }
      const accuracy = box.querySelector("[data-position-accuracy]");
      if (accuracy) accuracy.value = metres;
    };
    const fail = (error) => {
      words.textContent = say(error?.code === 1 ? "denied" : "no_position");
      words.className = "position-words invalid-feedback d-block";
    };
    button.addEventListener("click", () => {
      words.textContent = say("locating");
      if (!navigator.geolocation || !window.isSecureContext) return fail();
      navigator.geolocation.getCurrentPosition(
        (found) => { button.disabled = false; fill(found); },
        (error) => { button.disabled = false; fail(error); },
        { enableHighAccuracy: true, timeout: 15000, maximumAge: 30000 },
      );
      button.disabled = true;
    });
  });
})();
