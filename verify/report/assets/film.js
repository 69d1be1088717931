"use strict";
// What this adds: moving through the ascents of the drawings.
for (const film of document.querySelectorAll(".film")) {
  const images = film.parentElement.querySelectorAll("img[data-frames]");
  const range = film.querySelector("input");
  const button = film.querySelector(".play");
  const speed = film.querySelector("select");
  const [back, on] = film.querySelectorAll(".step");
  const frames = Math.max(...[...images].map(image => image.dataset.frames));
  const now = () => Math.round(range.value / 1000 * (frames - 1));
  const show = () => {
    range.setAttribute("aria-valuetext", "frame " + (1 + now()) + " of " + frames);
    back.disabled = now() === 0;
    on.disabled = now() === frames - 1;
    for (const image of images) {
      const last = image.dataset.frames - 1;
      const at = last > 0 ? Math.round(range.value / 1000 * last) / last : 1;
      image.style.objectPosition = 100 * at + "% 0";
    }
  };
  // The button is named by what it does next, so it has no state beside its name.
  const name = does => {
    button.textContent = does;
    button.setAttribute("aria-label", does + " the ascent");
  };
  let timer = 0;
  const stop = () => {
    clearInterval(timer);
    timer = 0;
    name("Play");
  };
  const step = by => {
    stop();
    range.value = 1000 * Math.min(Math.max(now() + by, 0), frames - 1) / (frames - 1);
    show();
  };
  button.addEventListener("click", () => {
    if (timer) {
      stop();
      return;
    }
    if (+range.value >= 1000) {
      range.value = 0;
    }
    name("Pause");
    timer = setInterval(() => {
      range.value = +range.value + Math.round(25 * speed.value);
      show();
      if (+range.value >= 1000) {
        stop();
      }
    }, 70);
  });
  back.addEventListener("click", () => step(-1));
  on.addEventListener("click", () => step(1));
  range.addEventListener("input", () => {
    stop();
    show();
  });
  show();
  film.hidden = false;
}
