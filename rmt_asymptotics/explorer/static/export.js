// What users take away: text on the clipboard, numbers as CSV, the curve as PNG.

import {colour} from "./axes.js";
import {dashOf, strokeOf} from "./curve.js";

const LINE = 17; // pixels, of a caption
const CAPTION = "12px system-ui, sans-serif";

export function download(name, blob) {
  const link = Object.assign(document.createElement("a"), {href: URL.createObjectURL(blob), download: name});
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

/** One row for each value of x, with the names of the package; empty where something was not computed there. */
export function csv(picture, field, model) {
  const rows = new Map();
  const columns = new Set();
  const put = (x, column, value) => {
    columns.add(column);
    rows.set(x, {...rows.get(x), [column]: value});
  };
  const parts = [
    [picture.curve.x, picture.curve.outputs, ""],
    [picture.band?.x, picture.band?.mean, "_corrected"],
    [picture.band?.x, picture.band?.deviation, "_standard_deviation"],
    [picture.simulation?.x, picture.simulation?.mean, "_simulation"],
    [picture.simulation?.x, picture.simulation?.error, "_standard_error"],
  ];
  for (const [x, outputs, suffix] of parts) {
    for (const [name, values] of Object.entries(outputs ?? {})) values.forEach((v, i) => put(x[i], name + suffix, v));
  }
  const names = [...columns];
  const lines = [...rows.keys()].sort((a, b) => a - b).map(x => [x, ...names.map(name => rows.get(x)[name] ?? "")]);
  const head = [`# model: ${JSON.stringify(model)}`];
  if (picture.simulation) head.push(`# replicas: ${picture.simulation.replicas}`);
  return [...head, [field, ...names].join(","), ...lines.map(line => line.join(","))].join("\n") + "\n";
}

/** The curve with what it shows and the model above it, as a promise of a PNG. */
export function png(plot, look, caption) {
  const ratio = window.devicePixelRatio;
  const from = plot.ctx.canvas;
  const ctx = document.createElement("canvas").getContext("2d");
  ctx.font = CAPTION;
  const lines = wrapped(ctx, caption, from.width / ratio - 20);
  const head = (lines.length + look.shown.length + 1) * LINE;
  Object.assign(ctx.canvas, {width: from.width, height: from.height + head * ratio});
  ctx.fillStyle = colour("--page");
  ctx.fillRect(0, 0, ctx.canvas.width, ctx.canvas.height);
  ctx.drawImage(from, 0, head * ratio);
  ctx.scale(ratio, ratio);
  ctx.font = CAPTION;
  ctx.fillStyle = colour("--ink");
  lines.forEach((line, i) => ctx.fillText(line, 10, LINE * (i + 1)));
  look.shown.forEach((name, i) => {
    const y = LINE * (lines.length + i + 1);
    ctx.strokeStyle = strokeOf(look.outputs, name);
    ctx.lineWidth = 2;
    ctx.setLineDash(dashOf(name));
    ctx.beginPath();
    ctx.moveTo(10, y - 4);
    ctx.lineTo(38, y - 4);
    ctx.stroke();
    ctx.fillText(look.words[name], 46, y);
  });
  return new Promise(done => ctx.canvas.toBlob(done, "image/png"));
}

function wrapped(ctx, text, width) {
  const lines = [""];
  for (const word of text.split(/(?<=,) /)) {
    const longer = `${lines.at(-1)} ${word}`.trim();
    if (lines.at(-1) && ctx.measureText(longer).width > width) lines.push(word);
    else lines[lines.length - 1] = longer;
  }
  return lines;
}
