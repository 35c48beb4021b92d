// The demo district's sign-in page: a press on a name fills in who you are.
(() => {
  const password = document.querySelector("[data-demo-password]").dataset.demoPassword;
  const form = document.querySelector("form [name=username]").form;
  document.addEventListener("click", (event) => {
    const chip = event.target.closest("[data-demo]");
    if (!chip) return;
    form.username.value = chip.dataset.demo;
    form.password.value = password;
    for (const each of document.querySelectorAll("[data-demo]")) each.setAttribute("aria-pressed", String(each === chip));
    form.querySelector("[type=submit]").focus();
  });
})();
