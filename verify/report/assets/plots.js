"use strict";
// What this adds: what a mark is, and what pair a pixel is, where the pointer is; looking closer at curves; wiping from
// one drawing to another.
// Everything it makes is of the class "scripted".
{
  const make = (name, attributes, ...children) => {
    const e = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) {
      e.setAttribute(key, value);
    }
    e.append(...children);
    return e;
  };

  // The title of a mark, while the pointer is on it or next to it. The mark's own would come late and on top of it.
  const tip = make("div", {class: "tip scripted", "aria-hidden": "true"});
  tip.hidden = true;
  document.body.append(tip);
  let held = null;
  const release = () => {
    if (held) {
      held.mark.prepend(held.title);
      held.mark.classList.remove("pointed");
      held = null;
    }
    tip.hidden = true;
  };
  const tipAt = (x, y) => {
    const page = document.documentElement;
    tip.style.left = Math.max(0, Math.min(x + 14, page.clientWidth - tip.offsetWidth - 4)) + scrollX + "px";
    tip.style.top = (y + tip.offsetHeight + 24 > page.clientHeight ? y - tip.offsetHeight - 10 : y + 16) + scrollY + "px";
  };
  const near = [[0, 0], [-4, 0], [4, 0], [0, -4], [0, 4]];
  const under = (x, y) => {
    for (const [dx, dy] of near) {
      for (let e = document.elementFromPoint(x + dx, y + dy); e && e.localName !== "svg"; e = e.parentElement) {
        if (held && e === held.mark || [...e.children].some(c => c.localName === "title")) {
          return e;
        }
      }
    }
    return null;
  };
  for (const svg of document.querySelectorAll("svg.plot")) {
    const own = svg.querySelector(":scope > title");
    svg.addEventListener("pointerenter", () => own && own.remove());
    svg.addEventListener("pointerleave", () => {
      release();
      if (own) {
        svg.prepend(own);
      }
    });
    svg.addEventListener("pointermove", event => {
      const mark = under(event.clientX, event.clientY);
      if (!held || held.mark !== mark) {
        release();
        if (!mark) {
          return;
        }
        const title = [...mark.children].find(c => c.localName === "title");
        held = {mark, title};
        title.remove();
        mark.classList.add("pointed");
        tip.textContent = title.textContent;
        tip.hidden = false;
      }
      tipAt(event.clientX, event.clientY);
    });
  }

  // The pair that a pixel of a map of distances is: by pointer, and by arrow keys. The colour of the pixel tells how far
  // the two are apart, to a step of the scale; the picture is all that a page has of so many numbers.
  const superscripts = n => String(n).replace("-", "⁻").replace(/\d/g, d => "⁰¹²³⁴⁵⁶⁷⁸⁹"[d]);
  const about = x => {
    const [mantissa, exponent] = x.toExponential(1).split("e");
    return +exponent < -3 || +exponent > 4 ? mantissa + "×10" + superscripts(+exponent) : String(+x.toPrecision(2));
  };
  for (const maps of document.querySelectorAll(".maps[data-runs]")) {
    const {runs, order, block, low, high, shades} = maps.dataset;
    const trials = order.split(" ");
    const colours = new Map(shades.match(/.{6}/g).map((c, i, all) => [c, 10 ** (+low + (high - low) * i / (all.length - 1))]));
    const side = Math.ceil(trials.length / block);
    let rows = null;
    const runAt = i => {
      if (!rows) { // a row stays, and its place does not
        const table = document.querySelector("#" + runs + " table");
        const upTo = [...table.tHead.rows[0].cells].findIndex(c => c.dataset.filter === "status");
        rows = new Map([...table.tBodies[0].rows].map(r => {
          const cells = [...r.cells].slice(0, upTo).map(c => c.textContent);
          return [cells[0], "run " + cells[0] + " (seed " + cells.slice(1).join(", ") + ")"];
        }));
      }
      return rows.get(String(+trials[i] + 1));
    };
    const party = at => {
      const last = Math.min((at + 1) * block, trials.length) - 1;
      return block > 1 ? runAt(at * block) + " to " + runAt(last) : runAt(at);
    };
    const figures = [...maps.querySelectorAll("svg.map")];
    const pixels = figures.map(() => null);
    const told = k => {
      const name = figures.length > 1 && k === 0 ? " before alignment" : " modulo symmetry";
      return (x, y) => {
        if (!pixels[k]) {
          const canvas = make("canvas", {width: side, height: side});
          const paint = canvas.getContext("2d");
          paint.drawImage(pictures[k], 0, 0);
          pixels[k] = paint.getImageData(0, 0, side, side).data;
        }
        const at = 4 * (y * side + x);
        const colour = [0, 1, 2].map(i => pixels[k][at + i].toString(16).padStart(2, "0")).join("");
        const d = colours.get(colour);
        const told = d !== undefined ? "about " + about(d) : {ffffff: "0", 808080: "not a number"}[colour];
        return (told || "as the colour says") + name; // a browser may not let scripts read a picture as it is
      };
    };
    const pictures = figures.map(svg => {
      const image = new Image();
      image.src = svg.querySelector("image").getAttribute("href");
      return image;
    });
    const distances = figures.map((_, k) => told(k));
    const words = (x, y) => {
      if (x === y && +block === 1) {
        return party(x) + " and itself";
      }
      const who = (block > 1 ? "the farthest of " : "") + party(y) + " and " + party(x);
      try {
        return who + ": " + distances.map(d => d(x, y)).reverse().join(", ");
      } catch { // a picture beside the page, which a browser keeps from scripts where there is no server
        return who;
      }
    };
    figures.forEach(svg => {
      const cursor = document.createElementNS(svg.namespaceURI, "rect");
      cursor.setAttribute("class", "cursor scripted");
      cursor.setAttribute("visibility", "hidden");
      svg.append(cursor);
      let at = [0, Math.min(1, side - 1)];
      const image = svg.querySelector("image");
      const unit = 320 / side;
      const point = () => {
        for (const [name, value] of Object.entries({x: at[0] * unit, y: at[1] * unit, width: unit, height: unit, visibility: "visible"})) {
          cursor.setAttribute(name, value);
        }
        tip.textContent = words(...at);
        tip.hidden = false;
      };
      const leave = () => {
        cursor.setAttribute("visibility", "hidden");
        tip.hidden = true;
      };
      svg.addEventListener("pointermove", event => {
        const box = image.getBoundingClientRect();
        const place = [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height].map(v => Math.floor(v * side));
        if (place.some(v => v < 0 || v >= side)) {
          leave();
          return;
        }
        at = place;
        point();
        tipAt(event.clientX, event.clientY);
      });
      svg.addEventListener("pointerleave", leave);
      svg.setAttribute("tabindex", "0");
      svg.setAttribute("aria-label", svg.getAttribute("aria-label") + "; arrow keys go from pair to pair");
      const show = () => {
        point();
        const box = cursor.getBoundingClientRect();
        tipAt(box.right, box.bottom);
        document.querySelector(".news").textContent = tip.textContent;
      };
      svg.addEventListener("focus", () => svg.matches(":focus-visible") && show());
      svg.addEventListener("blur", leave);
      svg.addEventListener("keydown", event => {
        const by = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1]}[event.key];
        if (by) {
          event.preventDefault();
          at = at.map((v, i) => Math.min(Math.max(v + by[i], 0), side - 1));
          show();
        } else if (event.key === "Escape") {
          leave();
        }
      });
    });
  }

  // Looking closer at curves: the inner drawing shows a part of itself, and the ticks go with it.
  for (const figure of document.querySelectorAll(".zoomable")) {
    const svg = figure.querySelector("svg.plot");
    const inner = svg.querySelector(".inner");
    const whole = inner.getAttribute("viewBox").split(" ").map(Number);
    const marks = [...inner.querySelectorAll(".end")].map(e => [e, e.getAttribute("transform")]);
    let part = [...whole];
    const closer = make("button", {type: "button", "aria-label": "closer"}, "+");
    const further = make("button", {type: "button", "aria-label": "further away"}, "−");
    const reset = make("button", {type: "button"}, "all");
    const show = () => {
      inner.setAttribute("viewBox", part.join(" "));
      const zoomed = part[2] < whole[2];
      inner.classList.toggle("zoomed", zoomed);
      further.disabled = reset.disabled = !zoomed;
      closer.disabled = part[2] <= whole[2] / 32;
      for (const [e, transform] of marks) {
        e.setAttribute("transform", transform + " scale(" + part[2] / whole[2] + ")");
      }
      for (const tick of svg.querySelectorAll(":scope > [data-at]")) {
        const axis = tick.classList.contains("x") ? 0 : 1;
        const at = whole[axis] + (tick.dataset.at - part[axis]) * whole[axis + 2] / part[axis + 2];
        tick.setAttribute("transform", axis ? "translate(0 " + (at - tick.dataset.at) + ")" : "translate(" + (at - tick.dataset.at) + " 0)");
        tick.setAttribute("visibility", "minor" in tick.dataset && part[2] > whole[2] / 2 || at < whole[axis] - 1 || at > whole[axis] + whole[axis + 2] + 1 ? "hidden" : "visible");
      }
    };
    const move = (dx, dy) => {
      part[0] = Math.min(Math.max(part[0] + dx, whole[0]), whole[0] + whole[2] - part[2]);
      part[1] = Math.min(Math.max(part[1] + dy, whole[1]), whole[1] + whole[3] - part[3]);
      show();
    };
    // zoom keeps the place (fx, fy), as parts of the width and height, where it is.
    const zoom = (by, fx, fy) => {
      const scale = Math.min(Math.max(part[2] * by, whole[2] / 32), whole[2]) / part[2];
      const [w, h] = [part[2] * scale, part[3] * scale];
      const [dx, dy] = [(part[2] - w) * fx, (part[3] - h) * fy];
      part[2] = w;
      part[3] = h;
      move(dx, dy);
    };
    // The way closer leads to where the curves are: the median of their corners in sight.
    const middle = () => {
      const seen = [...inner.querySelectorAll("polyline")].flatMap(line => [...line.points])
        .map(p => [(p.x - part[0]) / part[2], (p.y - part[1]) / part[3]]).filter(p => p.every(v => v >= 0 && v <= 1));
      const median = axis => seen.length ? seen.map(p => p[axis]).sort((a, b) => a - b)[seen.length >> 1] : 1 / 2;
      return [median(0), median(1)];
    };
    closer.addEventListener("click", () => zoom(1 / 2, ...middle()));
    further.addEventListener("click", () => zoom(2, 1 / 2, 1 / 2));
    reset.addEventListener("click", () => {
      part = [...whole];
      show();
    });
    const place = event => {
      const box = inner.getScreenCTM();
      return [((event.clientX - box.e) / box.a - part[0]) / part[2], ((event.clientY - box.f) / box.d - part[1]) / part[3]];
    };
    svg.addEventListener("dblclick", event => zoom(1 / 2, ...place(event)));
    let from = null;
    svg.addEventListener("pointerdown", event => {
      if (part[2] < whole[2] && event.pointerType === "mouse") {
        from = [event.clientX, event.clientY];
        svg.setPointerCapture(event.pointerId);
      }
    });
    svg.addEventListener("pointermove", event => {
      if (from) {
        const box = inner.getScreenCTM();
        move((from[0] - event.clientX) / box.a, (from[1] - event.clientY) / box.d);
        from = [event.clientX, event.clientY];
      }
    });
    for (const name of ["pointerup", "pointercancel"]) {
      svg.addEventListener(name, () => from = null);
    }
    const row = make("div", {class: "zoom scripted", role: "group", "aria-label": "Look closer at: " + figure.querySelector("figcaption").textContent}, closer, further, reset);
    row.addEventListener("keydown", event => {
      const by = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1]}[event.key];
      if (by && part[2] < whole[2]) {
        event.preventDefault();
        move(by[0] * part[2] / 8, by[1] * part[3] / 8);
      }
    });
    figure.append(row);
    show();
  }

  // Wiping from one picture of a label to another.
  for (const label of document.querySelectorAll(".label")) {
    const pictures = [...label.querySelectorAll(":scope > .pair img")];
    if (pictures.length < 2) {
      continue;
    }
    const front = pictures[0].cloneNode();
    const back = pictures[1].cloneNode();
    const edge = document.createElement("i");
    front.alt = back.alt = "";
    const name = label.querySelector("h4").firstChild.textContent;
    const range = make("input", {type: "range", min: "0", max: "100", value: "50", "aria-label": "how much of " + pictures[0].alt + " covers the other"});
    const other = make("select", {"aria-label": "what lies under " + pictures[0].alt}, ...pictures.slice(1).map((p, i) => make("option", {value: String(i + 1)}, p.alt)));
    const wipe = () => {
      front.style.clipPath = "inset(0 " + (100 - range.value) + "% 0 0)";
      edge.style.marginLeft = range.value + "%";
      range.setAttribute("aria-valuetext", range.value + " %");
    };
    range.addEventListener("input", wipe);
    other.addEventListener("change", () => {
      const p = pictures[other.value];
      back.src = p.src;
      back.dataset.frames = p.dataset.frames || 1;
      back.style.objectPosition = p.style.objectPosition || "100% 0";
    });
    const stack = make("div", {class: "stack", "aria-hidden": "true"}, back, front, edge);
    const figure = make("details", {class: "wipe scripted"}, make("summary", {}, "wipe between two of these pictures of " + name),
      stack, make("p", {class: "row"}, make("span", {}, pictures[0].alt + " over"), other), make("p", {class: "row"}, range));
    label.querySelector(":scope > .pair:last-of-type").after(figure);
    wipe();
  }
}
