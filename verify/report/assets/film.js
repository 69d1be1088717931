"use strict";
for (const film of document.querySelectorAll(".film")) {
  const images = film.parentElement.querySelectorAll("img[data-frames]");
  const range = film.querySelector("input");
  const button = film.querySelector("button");
  const frames = Math.max(...[...images].map(image => image.dataset.frames));
  const show = () => {
    const frame = 1 + Math.round(range.value / 1000 * (frames - 1));
    range.setAttribute("aria-valuetext", "frame " + frame + " of " + frames);
    for (const image of images) {
      const last = image.dataset.frames - 1;
      const at = last > 0 ? Math.round(range.value / 1000 * last) / last : 1;
      image.style.objectPosition = 100 * at + "% 0";
    }
  };
  let timer = 0;
  const stop = () => {
    clearInterval(timer);
    timer = 0;
    button.textContent = "Play the ascent";
  };
  button.addEventListener("click", () => {
    if (timer) {
      stop();
      return;
    }
    if (+range.value >= 1000) {
      range.value = 0;
    }
    button.textContent = "Stop";
    timer = setInterval(() => {
      range.value = +range.value + 25;
      show();
      if (+range.value >= 1000) {
        stop();
      }
    }, 70);
  });
  range.addEventListener("input", () => {
    stop();
    show();
  });
  show();
  film.hidden = false;
}
