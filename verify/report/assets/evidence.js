"use strict";
// What this adds: copying commands, sorting and filtering training runs, the section that is read, and opening what
// a link leads to. Everything it makes is of the class "scripted".
{
  const make = (name, attributes = {}, ...children) => {
    const e = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) {
      e.setAttribute(key, value);
    }
    e.append(...children);
    return e;
  };
  const news = make("p", {class: "news scripted", role: "status", "aria-live": "polite"});
  document.body.append(news);
  const say = text => {
    news.textContent = news.textContent === text ? text + "\u00a0" : text;
  };

  // Copying.
  const select = node => {
    const range = document.createRange();
    range.selectNodeContents(node);
    getSelection().removeAllRanges();
    getSelection().addRange(range);
  };
  const copy = async (text, node, button) => {
    try {
      await navigator.clipboard.writeText(text);
      say("copied: " + text);
      button.dataset.done = "copied";
    } catch {
      if (!node.isConnected) {
        button.after(node);
      }
      select(node);
      say("selected, to be copied with the keyboard: " + text);
      button.dataset.done = "selected";
    }
    setTimeout(() => delete button.dataset.done, 2000);
  };
  const copier = (label, text, node) => {
    const button = make("button", {type: "button", class: "copy scripted", "aria-label": label, title: label}, "copy");
    button.addEventListener("click", () => copy(text, node, button));
    return button;
  };
  for (const code of document.querySelectorAll("code.command")) {
    if (!code.querySelector("var")) {
      code.after(" ", copier("copy the command " + code.textContent, code.textContent, code));
    }
  }

  // Tables of training runs.
  const size = 100;
  const superscript = "⁰¹²³⁴⁵⁶⁷⁸⁹";
  // A cell as it is sorted: a number where it is written as one, and null elsewhere.
  const worth = text => {
    let s = text.replace(/[\u202f\s]/g, "").replace(/−/g, "-");
    s = s.replace(/^(-?)10(?=[⁻⁰¹²³⁴⁵⁶⁷⁸⁹])/, "$11×10");
    s = s.replace(/×10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)$/, (_, e) => "e" + e.replace(/⁻/, "-").replace(/[⁰¹²³⁴⁵⁶⁷⁸⁹]/g, c => superscript.indexOf(c)));
    s = s.replace(/^infinite$/, "Infinity").replace(/^minusinfinite$/, "-Infinity");
    return /^-?Infinity$/.test(s) || s !== "" && Number.isFinite(+s) ? +s : null;
  };
  const tables = new Map();
  class Runs {
    constructor(details) {
      this.details = details;
      this.id = details.id;
      this.table = details.querySelector("table.trials");
      this.body = this.table.tBodies[0];
      this.heads = [...this.table.tHead.rows[0].cells];
      this.names = this.heads.map(h => h.textContent);
      this.rows = [...this.body.rows].map(row => ({row, cells: [...row.cells].map(c => c.textContent), text: row.textContent.toLowerCase()}));
      for (const r of this.rows) {
        r.text = r.cells.map((c, i) => this.names[i] === "seed" ? "seed=" + c : c).join(" ").toLowerCase();
      }
      this.sorted = [...this.rows];
      this.order = "";
      this.sortable();
      this.filters();
      this.show({});
    }
    sortable() {
      this.heads.forEach((head, column) => {
        const button = make("button", {type: "button"}, this.names[column]);
        button.addEventListener("click", () => {
          const now = head.getAttribute("aria-sort");
          this.go({...this.state, sort: (now === "ascending" ? "-" : "") + this.key(column), page: undefined}, true);
        });
        head.replaceChildren(button);
      });
    }
    key(column) {
      return this.names[column].replace(/[^a-z]+/gi, "-").replace(/-$/, "");
    }
    filters() {
      const bar = make("div", {class: "filters scripted", role: "group", "aria-label": "filters: " + this.details.querySelector("summary").textContent});
      this.fields = {};
      this.heads.forEach((head, column) => {
        const name = head.dataset.filter;
        if (!name) {
          return;
        }
        const values = [...new Set(this.rows.map(r => r.cells[column]))].sort((a, b) => worth(a) - worth(b) || (a < b ? -1 : 1));
        if (values.length < 2 && name !== "status" || values.length > 200) {
          return;
        }
        const field = make("select", {name}, make("option", {value: ""}, "all"), ...values.map(v => make("option", {value: v}, v)));
        field.column = column;
        this.fields[name] = field;
        bar.append(make("label", {}, this.names[column] + " ", field));
      });
      this.fields.q = make("input", {type: "search", name: "q", placeholder: "seed=7", autocomplete: "off", spellcheck: "false"});
      bar.append(make("label", {}, "search ", this.fields.q));
      this.reset = make("button", {type: "button"}, "show all");
      bar.append(this.reset);
      this.back = make("button", {type: "button"}, "← before");
      this.on = make("button", {type: "button"}, "next →");
      this.count = make("p", {class: "shown scripted", role: "status", "aria-live": "polite"});
      this.turn = make("p", {class: "turn scripted"}, this.back, " ", this.on);
      bar.addEventListener("change", e => e.target !== this.fields.q && this.go({...this.state, ...this.read(), page: undefined}, true));
      this.fields.q.addEventListener("input", () => this.go({...this.state, ...this.read(), page: undefined}, false));
      this.reset.addEventListener("click", () => this.go({sort: this.state.sort}, true));
      this.back.addEventListener("click", () => this.leaf(-1));
      this.on.addEventListener("click", () => this.leaf(1));
      this.table.parentElement.before(bar, this.count, this.turn);
    }
    leaf(by) {
      const page = this.page + by;
      this.go({...this.state, page: page > 1 ? String(page) : undefined}, true);
      this.table.parentElement.scrollIntoView({block: "nearest"});
    }
    read() {
      const state = {};
      for (const [name, field] of Object.entries(this.fields)) {
        state[name] = field.value || undefined;
      }
      return state;
    }
    // go shows a state and keeps it in the address; a new entry of the history where a reader would go back to.
    go(state, entry) {
      this.show(state);
      const query = new URLSearchParams(Object.entries(this.state)).toString();
      const hash = "#" + this.id + (query ? "?" + query : "");
      if (hash !== location.hash) {
        history[entry ? "pushState" : "replaceState"](null, "", hash);
      }
    }
    show(state) {
      this.state = {};
      for (const name of [...Object.keys(this.fields), "sort", "page"]) {
        if (state[name]) {
          this.state[name] = state[name];
        }
      }
      for (const [name, field] of Object.entries(this.fields)) {
        const value = this.state[name] || "";
        if (field.tagName === "SELECT" && ![...field.options].some(o => o.value === value)) {
          field.append(make("option", {value}, value)); // what an address asks for, and no run has
        }
        if (field.value !== value) {
          field.value = value;
        }
      }
      this.sort(this.state.sort || "");
      const words = (this.state.q || "").toLowerCase().split(/\s+/).filter(Boolean);
      const whole = words.filter(w => /^seed=\d+$/.test(w));
      const fits = this.sorted.filter(r =>
        Object.entries(this.fields).every(([name, f]) => name === "q" || !this.state[name] || r.cells[f.column] === this.state[name]) &&
        words.every(w => whole.includes(w) ? r.text.split(" ").includes(w) : r.text.includes(w) || r.row.id.includes(w)));
      const pages = Math.max(1, Math.ceil(fits.length / size));
      this.page = Math.min(Math.max(1, Math.trunc(+this.state.page) || 1), pages);
      const from = (this.page - 1) * size;
      const shown = new Set(fits.slice(from, from + size));
      for (const r of this.rows) {
        r.row.hidden = !shown.has(r);
      }
      for (const r of shown) {
        this.copyable(r);
      }
      this.fits = fits;
      const all = this.rows.length;
      const n = fits.length;
      let text = n === all ? (all === 1 ? "1 training run" : "all " + all + " training runs") : n + " of " + all + " training runs";
      text = n === 0 ? "No training run fits: the filters hide all " + all + "." : pages > 1 ? "rows " + (from + 1) + " to " + (from + shown.size) + " of " + text : text + " shown";
      if (this.count.textContent !== text) {
        this.count.textContent = text;
      }
      this.count.classList.toggle("nothing", n === 0);
      this.table.parentElement.hidden = n === 0;
      this.turn.hidden = pages < 2;
      this.back.disabled = this.page < 2;
      this.on.disabled = this.page >= pages;
      this.reset.disabled = n === all && !Object.keys(this.state).some(k => k in this.fields);
    }
    sort(key) {
      const down = key.startsWith("-");
      const column = this.names.findIndex((_, i) => this.key(i) === key.replace(/^-/, ""));
      this.heads.forEach((h, i) => i === column ? h.setAttribute("aria-sort", down ? "descending" : "ascending") : h.removeAttribute("aria-sort"));
      if (key === this.order) {
        return;
      }
      this.order = key;
      this.sorted = [...this.rows];
      if (column >= 0) {
        const way = down ? -1 : 1;
        const value = new Map(this.rows.map(r => [r, worth(r.cells[column])]));
        const numbers = this.rows.some(r => value.get(r) !== null);
        this.sorted.sort((a, b) => {
          const x = value.get(a), y = value.get(b);
          if (!numbers) {
            return way * (a.cells[column] < b.cells[column] ? -1 : a.cells[column] > b.cells[column] ? 1 : 0);
          }
          return x === null || y === null ? (x === null) - (y === null) : x === y ? 0 : way * (x < y ? -1 : 1); // words are last
        });
      }
      this.body.append(...this.sorted.map(r => r.row));
    }
    copyable(r) {
      if (r.ready) {
        return;
      }
      r.ready = true;
      const last = r.row.cells[r.row.cells.length - 1];
      const codes = last.querySelectorAll("code");
      let command = codes.length > 1 ? codes[1].textContent : "";
      if (!command && this.table.dataset.before !== undefined) {
        command = this.table.dataset.before + codes[0].textContent + this.table.dataset.after;
      }
      if (command && command !== "not recorded") {
        const node = codes[1] || make("code", {class: "scripted"}, command);
        last.append(" ", copier("copy the command of run " + r.cells[0] + ": " + command, command, node));
      }
    }
    // reveal makes a row visible.
    reveal(row) {
      if (row.hidden) {
        const at = this.sorted.findIndex(r => r.row === row);
        this.show({sort: this.state.sort, page: String(1 + Math.floor(at / size))});
      }
    }
  }
  for (const details of document.querySelectorAll("details.runs")) {
    if (details.querySelector("table.trials")) {
      tables.set(details.id, new Runs(details));
    }
  }

  // Where the address leads.
  const follow = () => {
    let hash = location.hash.slice(1);
    const [id, query] = hash.split(/\?(.*)/s);
    const runs = tables.get(id);
    if (query !== undefined && runs) {
      runs.show(Object.fromEntries(new URLSearchParams(query)));
      unfold(runs.details);
      return runs.details;
    }
    if (hash === "" || runs) {
      for (const t of hash === "" ? tables.values() : [runs]) {
        if (Object.keys(t.state).length > 0) {
          t.show({});
        }
      }
    }
    try {
      hash = decodeURIComponent(hash);
    } catch {
      // an address of another kind
    }
    const target = hash && document.getElementById(hash);
    if (!target) {
      return null;
    }
    const within = target.closest("details.runs");
    if (target.matches("tr") && within && tables.has(within.id)) {
      tables.get(within.id).reveal(target);
    }
    unfold(target);
    return target;
  };
  const unfold = e => {
    for (let d = e.closest("details"); d; d = d.parentElement.closest("details")) {
      d.open = true;
    }
  };
  const arrive = () => {
    const target = follow();
    if (target) {
      target.scrollIntoView();
    }
  };
  addEventListener("hashchange", arrive);
  addEventListener("popstate", follow);
  document.addEventListener("click", e => {
    const a = e.target.closest("a[href^='#']");
    if (a && a.hash === location.hash) {
      arrive(); // no event tells of a link to where the address is already
    }
  });
  if (location.hash) {
    arrive();
  }

  // The section that is read.
  const links = new Map();
  for (const a of document.querySelectorAll("nav a")) {
    const target = document.getElementById(a.hash.slice(1));
    const part = target && (target.closest("section, details.problem") || target);
    if (part) {
      links.set(part, a);
    }
  }
  let current = null;
  const mark = () => {
    let found = null;
    for (const [part, a] of links) {
      const box = part.getBoundingClientRect();
      if (box.height > 0 && box.top <= innerHeight / 3 && box.bottom > 0 && (!found || !part.contains(found.part))) {
        found = {part, a};
      }
    }
    const a = found && found.a;
    if (a !== current) {
      current?.removeAttribute("aria-current");
      a?.setAttribute("aria-current", "true");
      current = a;
    }
  };
  let waiting = false;
  const soon = () => {
    if (!waiting) {
      waiting = true;
      requestAnimationFrame(() => {
        waiting = false;
        mark();
      });
    }
  };
  addEventListener("scroll", soon, {passive: true});
  addEventListener("resize", soon, {passive: true});
  mark();
}
