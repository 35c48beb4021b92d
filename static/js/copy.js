// A button with data-copy="id of a field" puts the field's text on the clipboard and says data-copied.
(() => {
  const { toast } = window.chuishao;
  document.addEventListener("click", async (event) => {
    const button = event.target.closest?.("[data-copy]");
    if (!button) return;
    const field = document.getElementById(button.dataset.copy);
    field.select();
    try {
      await navigator.clipboard.writeText(field.value);
    } catch {
      document.execCommand("copy");
    }
    toast(button.dataset.copied, "success");
  });
})();
