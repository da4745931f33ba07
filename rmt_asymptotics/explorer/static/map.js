// The map: one output in colours over two fields, coarse at first; a click or Enter sets both.

import {axis, clipped, colour, kept, scale} from "./axes.js";
import {finite, nearest, share, short} from "./numbers.js";

const HEIGHT = 400;
const GAPS = [1, 2, 4, 8, 16]; // of coarser grids
const WIDE = 8; // values over a wider range are coloured by their logarithm
const VIRIDIS = ["440154", "472d7b", "3b528b", "2c728e", "21918c", "28ae80", "5ec962", "addc30", "fde725"];

function viridis(part) {
  const place = Math.min(Math.max(part, 0), 1) * (VIRIDIS.length - 1);
  const first = Math.min(Math.floor(place), VIRIDIS.length - 2);
  const parts = [0, 2, 4].map(k => {
    const [a, b] = [first, first + 1].map(i => parseInt(VIRIDIS[i].slice(k, k + 2), 16));
    return Math.round(a + (place - first) * (b - a));
  });
  return `rgb(${parts})`;
}

export class PhaseMap {
  constructor(container, picked, read) {
    Object.assign(this, {container, picked, read});
    container.addEventListener("keydown", event => this.key_(event));
  }

  /** map: x, y and values in rows, null where not known.  look: across, up with label and logarithmic; here: [x, y]. */
  show(map, look) {
    Object.assign(this, {map, look});
    const key = JSON.stringify([map.x, map.y, look.across, look.up]);
    const ends = values => [values[0], values.at(-1)];
    this.plot = kept(this, this.container, key, () => this.options(ends), [ends(map.x), ends(map.y)]);
    this.bar();
  }

  options(ends) {
    const {look} = this;
    return {
      width: this.container.clientWidth, height: HEIGHT, legend: {show: false},
      scales: {
        x: scale(look.across.logarithmic, () => ends(this.map.x)),
        y: scale(look.up.logarithmic, () => ends(this.map.y)),
      },
      axes: [axis(look.across.label, look.across.logarithmic, false),
        {...axis(look.up.label, look.up.logarithmic, false), size: 60}],
      series: [{}, {show: false, label: ""}],
      cursor: {drag: {x: false, y: false}, bind: {dblclick: () => null}},
      hooks: {
        drawClear: [plot => clipped(plot, ctx => this.cells(plot, ctx))],
        draw: [plot => clipped(plot, (ctx, ratio) => this.marks(plot, ctx, ratio))],
        setCursor: [plot => this.tell(plot)],
        ready: [plot => plot.over.addEventListener("click", () => this.pick(plot))],
      },
    };
  }

  /** The value at a place; that of the nearest place of a coarser grid where it is not known yet. */
  value(i, j) {
    const {x, values} = this.map;
    for (const gap of GAPS) {
      const near = k => Math.round(k / gap) * gap;
      const found = values[near(j) * x.length + near(i)];
      if (finite(found)) return found;
      if (found === null && gap === 1) return null; // known not to be solved
    }
    return null;
  }

  /** The range of the colours, and where in it a value stands. */
  colours() {
    const known = this.map.values.filter(finite);
    const [low, high] = [Math.min(...known), Math.max(...known)];
    const logarithmic = low > 0 && high > WIDE * low;
    return {low, high, logarithmic, of: value => viridis(low === high ? 0.5 : share(value, low, high, logarithmic))};
  }

  cells(plot, ctx) {
    const {x, y} = this.map;
    const edges = (values, name) => {
      const at = values.map(value => plot.valToPos(value, name, true));
      return [at[0], ...at.slice(1).map((p, i) => (p + at[i]) / 2), at.at(-1)].map(Math.round);
    };
    const [across, up] = [edges(x, "x"), edges(y, "y")];
    const colours = this.colours();
    y.forEach((_, j) => x.forEach((_, i) => {
      const value = this.value(i, j);
      if (value === null) return;
      ctx.fillStyle = colours.of(value);
      ctx.fillRect(across[i], up[j + 1], across[i + 1] - across[i], up[j] - up[j + 1]);
    }));
  }

  marks(plot, ctx, ratio) {
    const [x, y] = [plot.valToPos(this.look.here[0], "x", true), plot.valToPos(this.look.here[1], "y", true)];
    for (const [stroke, width] of [["#000", 4], ["#fff", 2]]) {
      ctx.strokeStyle = stroke;
      ctx.lineWidth = width * ratio;
      ctx.beginPath();
      ctx.arc(x, y, 6 * ratio, 0, 2 * Math.PI);
      ctx.stroke();
    }
  }

  bar() {
    const canvas = document.getElementById("scale-bar");
    const ctx = canvas.getContext("2d");
    for (let k = 0; k < canvas.height; k++) {
      ctx.fillStyle = viridis(1 - k / canvas.height);
      ctx.fillRect(0, k, canvas.width, 1);
    }
    const {low, high, logarithmic} = this.colours();
    document.getElementById("scale-low").textContent = finite(low) ? short(low, 3) : "";
    document.getElementById("scale-high").textContent = finite(high) ? short(high, 3) + (logarithmic ? " log" : "") : "";
  }

  /** In words: where the output is lowest and highest. */
  summary() {
    const {x, y, values} = this.map;
    const {across, up, output} = this.look;
    const known = values.map((value, k) => [value, k]).filter(([value]) => finite(value)).sort(([a], [b]) => a - b);
    const ends = [["lowest", known[0]], ["highest", known.at(-1)]].filter(([, found]) => found).map(([word, [value, k]]) =>
      `${word} ${short(value)} at ${across.label} = ${short(x[k % x.length])}, ${up.label} = ${short(y[Math.floor(k / x.length)])}`);
    return `${output}: ${ends.join("; ") || "not solved"}.`;
  }

  place(plot) {
    const {x, y} = this.map;
    return [nearest(x.map(v => plot.valToPos(v, "x")), plot.cursor.left),
      nearest(y.map(v => plot.valToPos(v, "y")), plot.cursor.top)];
  }

  tell(plot) {
    if (!(plot.cursor.left >= 0)) return this.read("");
    const [i, j] = this.place(plot);
    const {across, up, output} = this.look;
    const value = short(this.value(i, j), 5) || "\u2013";
    this.read(`${across.label} = ${short(this.map.x[i])}, ${up.label} = ${short(this.map.y[j])}: ${output} ${value}`);
  }

  pick(plot) {
    this.picked(plot.posToVal(plot.cursor.left, "x"), plot.posToVal(plot.cursor.top, "y"));
  }

  key_(event) {
    const steps = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1]};
    if (!this.plot || (!(event.key in steps) && event.key !== "Enter")) return;
    event.preventDefault();
    const {x, y} = this.map;
    this.cell ??= [nearest(x, this.look.here[0]), nearest(y, this.look.here[1])];
    if (event.key === "Enter") return this.picked(x[this.cell[0]], y[this.cell[1]]);
    const moved = this.cell.map((k, side) => k + steps[event.key][side]);
    this.cell = [Math.min(Math.max(moved[0], 0), x.length - 1), Math.min(Math.max(moved[1], 0), y.length - 1)];
    this.plot.setCursor({
      left: this.plot.valToPos(x[this.cell[0]], "x"), top: this.plot.valToPos(y[this.cell[1]], "y"),
    });
  }
}
