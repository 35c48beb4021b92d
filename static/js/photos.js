// Photos before they leave the phone: at most 1600 px, JPEG, without the camera's own data; with previews.
(() => {
  const { say, make, onEach, toast } = window.chuishao;
  const LONGEST = 1600;
  const QUALITY = 0.82;

  /** Return a smaller JPEG of the picture; a picture already small and light stays as it is. */
  const shrink = async (file) => {
    const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
    const scale = Math.min(1, LONGEST / Math.max(picture.width, picture.height));
    const canvas = make("canvas", { width: Math.round(picture.width * scale), height: Math.round(picture.height * scale) });
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    picture.close();
    const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", QUALITY));
    return new File([blob], file.name.replace(/\.\w+$/, "") + ".jpg", { type: "image/jpeg" });
  };

  onEach("[data-photo]", (box) => {
    const input = box.querySelector("[data-photo-input]");
    const strip = box.querySelector("[data-photo-strip]");
    let kept = [];

    const put = () => {
      const files = new DataTransfer();
      for (const file of kept) files.items.add(file);
      input.files = files.files;
      show();
    };
    const show = () => {
      for (const picture of strip.querySelectorAll("img")) URL.revokeObjectURL(picture.src);
      strip.replaceChildren(...kept.map((file) => {
        const remove = make("button", { type: "button", className: "btn btn-sm", "aria-label": say("photo_remove"), textContent: "×" });
        remove.addEventListener("click", () => { kept = kept.filter((each) => each !== file); put(); });
        return make("figure", {}, make("img", { src: URL.createObjectURL(file), alt: file.name }), remove);
      }));
    };
    input.addEventListener("change", async () => {
      const taken = [];
      for (const file of input.files) {
        try {
          taken.push(await shrink(file));
        } catch {
          toast(say("photo_failed"), "danger");
        }
      }
      kept = input.multiple ? [...kept, ...taken] : taken.length ? taken : kept;
      put();
    });
  });
})();
