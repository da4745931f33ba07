// The page: one state, kept after "#" in its address; what changes it is sent, and what is answered is drawn.

import {Curve, dashOf, strokeOf} from "./curve.js";
import {csv, download, png} from "./export.js";
import {begun, build, element, numberFields, refuse, setValue, valueOf} from "./form.js";
import {PhaseMap} from "./map.js";
import {finite, short, typed} from "./numbers.js";

const $ = id => document.getElementById(id);
const SETTLED = 250; // milliseconds after which the address follows
const ENOUGH = 9; // points of a curve that replace the one before

let form, state, socket;
let number = 0; // of the last request
let asked = false, drawing = false, settling;
let picture = emptyPicture(0), coming = picture;
let map = null; // of the last request for one, with its key
let caption = "", outputs = [];
let heard = ""; // of the notes, which are read out when they change
let sentAt = 0;

const curve = new Curve($("curve"), x => pick([[state.curve.field, x]]), text => ($("reading").textContent = text));
const phases = new PhaseMap($("map"), (x, y) => pick([[state.map.across.field, x], [state.map.up.field, y]]),
  text => ($("map-reading").textContent = text));

function emptyPicture(id) {
  return {id, curve: {x: [], outputs: {}}, band: null, simulation: null, point: null, notes: {}};
}

export {map, picture, state};

// --- the state

/** What the address holds; null if that is no state. */
function stateOfAddress() {
  try {
    const held = JSON.parse(decodeURIComponent(location.hash.slice(1)));
    return held.model.model in form.models && held.curve ? held : null;
  } catch {
    return null;
  }
}

const address = () => `${location.origin}/${location.search}#${encodeURIComponent(JSON.stringify(state))}`;

function load(loaded) {
  state = loaded;
  state.model = {model: state.model.model, ...begun(form.models[state.model.model].fields, state.model)};
  state.simulation ??= {};
  for (const entry of form.simulation) state.simulation[entry.name] ??= entry.start;
  rebuild();
  request();
}

/** Something has changed; rebuilt: the fields of the model too. */
function changed(rebuilt) {
  if (rebuilt) spans();
  request();
}

function pick(values) {
  const entries = new Map(numberFields(form, state.model).map(([path, entry]) => [path, entry]));
  for (const [path, value] of values) {
    const digits = Number(value.toPrecision(4));
    if (entries.has(path)) setValue(state.model, path, digits);
  }
  fields();
  request();
}

// --- controls

function rebuild() {
  $("model").value = state.model.model;
  for (const name of ["simulate", "band"]) $(name).checked = state[name];
  $("log-y").checked = Boolean(state.logY);
  build($("plan"), form, form.simulation, state.simulation, "", changed);
  fields();
  spans();
}

function fields() {
  const model = form.models[state.model.model];
  $("about").textContent = model.about;
  build($("fields"), form, model.fields, state.model, "", changed);
}

/** The fields of the axes: of the curve, and of the map if there is one. */
function spans() {
  span($("curve-span"), "curve", state.curve, "along the curve");
  $("map-on").checked = Boolean(state.map);
  $("map-panel").hidden = !state.map;
  if (!state.map) return;
  span($("map-across"), "map.across", state.map.across, "across the map");
  span($("map-up"), "map.up", state.map.up, "up the map");
}

/** where: in words, of which axis. */
function span(container, path, values, where) {
  const known = numberFields(form, state.model);
  const entryOf = name => known.find(([field]) => field === name)?.[1];
  if (!entryOf(values.field)) Object.assign(values, spanOf("sample_complexity"));
  const select = element("select", {id: `f-${path}.field`}, ...known.map(([value, , label]) =>
    element("option", {value, textContent: label})));
  select.value = values.field;
  select.setAttribute("aria-label", `field ${where}`);
  select.addEventListener("change", () => {
    Object.assign(values, spanOf(select.value));
    span(container, path, values, where);
    request();
  });
  const errors = [element("p", {className: "error", id: `f-${path}.field-error`})];
  const ends = ["low", "high"].map(end => {
    const input = element("input", {id: `f-${path}.${end}`, type: "text", value: short(values[end])});
    input.setAttribute("aria-label", `${end === "low" ? "from" : "to"}, ${where}`);
    input.addEventListener("change", () => {
      values[end] = typed(input.value);
      request();
    });
    errors.push(element("p", {className: "error", id: `${input.id}-error`}));
    input.setAttribute("aria-describedby", errors.at(-1).id);
    return input;
  });
  for (const error of errors) error.setAttribute("role", "alert");
  container.replaceChildren(select, " from ", ends[0], " to ", ends[1], ...errors);
}

function spanOf(field) {
  const [low, high] = numberFields(form, state.model).find(([name]) => name === field)[1].shown;
  return {field, low, high};
}

function switchModel() {
  const kept = state.model;
  state.model = {model: $("model").value, ...begun(form.models[$("model").value].fields, kept)};
  fields();
  spans();
  request();
}

function switchMap() {
  const up = state.curve.field === "ridge" ? "sample_complexity" : "ridge";
  state.map = $("map-on").checked ? {across: {...state.curve}, up: spanOf(up), output: outputs[0]} : null;
  spans();
  outputChoices();
  request();
}

/** The outputs that are drawn: those chosen that there are, else the first two, or both misclassifications. */
function shownOutputs() {
  const chosen = (state.shown ?? []).filter(name => outputs.includes(name));
  if (chosen.length) return chosen;
  const binary = outputs.filter(name => name.endsWith("misclassification"));
  return binary.length ? binary : outputs.slice(0, 2);
}

function outputChoices() {
  const shown = shownOutputs();
  $("outputs").replaceChildren(...outputs.map(name => {
    const box = element("input", {type: "checkbox", checked: shown.includes(name), id: `show-${name}`});
    box.addEventListener("change", () => {
      state.shown = outputs.filter(each => $(`show-${each}`).checked);
      settle();
      draw();
    });
    return element("label", {className: "flag", htmlFor: box.id}, box, sample(name), form.outputs[name]);
  }));
  if (!state.map) return;
  if (!outputs.includes(state.map.output)) state.map.output = outputs[0];
  $("map-output").replaceChildren(...outputs.map(value =>
    element("option", {value, textContent: form.outputs[value], selected: value === state.map.output})));
}

function sample(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const line = document.createElementNS("http://www.w3.org/2000/svg", "line");
  for (const [key, value] of Object.entries({width: 26, height: 10, "aria-hidden": true})) svg.setAttribute(key, value);
  const stroke = {x1: 0, x2: 26, y1: 5, y2: 5, stroke: strokeOf(outputs, name), "stroke-width": 2,
    "stroke-dasharray": dashOf(name).join(" ")};
  for (const [key, value] of Object.entries(stroke)) line.setAttribute(key, value);
  svg.append(line);
  return svg;
}

// --- asking

/** Send the state with the next picture of the screen: however fast values change, once a picture. */
function request() {
  settle();
  if (asked) return;
  asked = true;
  tell("solving");
  requestAnimationFrame(() => {
    asked = false;
    if (socket?.readyState !== WebSocket.OPEN) return;
    number += 1;
    sentAt = performance.now();
    socket.send(JSON.stringify({id: number, view: {...state, map: state.map && {...state.map, known: mapIsKnown()}}}));
  });
}

function mapKey() {
  const rest = structuredClone(state.model);
  for (const {field} of [state.map.across, state.map.up]) setValue(rest, field, null);
  return JSON.stringify([rest, state.map]);
}

const mapIsKnown = () => Boolean(map?.complete && map.key === mapKey());

function settle() {
  clearTimeout(settling);
  settling = setTimeout(() => history.replaceState(null, "", address()), SETTLED);
}

// --- answers

const parts = {
  form(message) {
    form = message.form;
    $("model").replaceChildren(...Object.keys(form.models).map(value => element("option", {value, textContent: value})));
    load(stateOfAddress() ?? message.state);
    tell("starting the solver");
  },
  refused(message) {
    const placed = refuse(message.field, message.allowed);
    $("refusal").textContent = placed ? "" : message.message;
    $("curve").classList.add("stale");
    tell(`not possible: ${message.field}`);
  },
  fault(message) {
    $("refusal").textContent = message.message;
    tell("the solver failed");
  },
  accepted(message) {
    refuse("");
    $("refusal").textContent = "";
    $("curve").classList.remove("stale");
    coming = emptyPicture(message.id);
    coming.sentAt = sentAt;
    caption = message.caption;
    $("python").textContent = message.python;
    if (message.outputs.join() !== outputs.join() || !$("outputs").childElementCount) {
      outputs = message.outputs;
      outputChoices();
    }
    if (state.map && !mapIsKnown()) coming.map = {key: mapKey(), values: []};
    tell("solving");
  },
  curve(message) {
    if (message.failure) {
      $("refusal").textContent = message.failure.message;
      $("curve").classList.add("stale");
      return;
    }
    merge(coming.curve, message, ["outputs"]);
    coming.complete = message.complete;
    if (message.failed) note("curve", `${message.failed} points were not solved, such as: ${message.message[0]}`);
    else if (message.message.length) note("curve", message.message[0]);
    if (message.complete || coming.curve.x.length >= ENOUGH) picture = coming;
    if (message.complete) {
      coming.took = short(performance.now() - coming.sentAt, 2);
      tell(`curve in ${coming.took} ms`);
    }
  },
  point(message) {
    if (message.failure) return note("point", message.failure.message);
    coming.point = message;
    if (message.message) note("point", message.message);
  },
  band(message) {
    if (message.failure) {
      const {field, allowed, message: words} = message.failure;
      coming.without = allowed ? `No finite-size theory here: ${field} must be ${allowed}.` : words;
      return;
    }
    coming.band ??= {x: [], mean: {}, deviation: {}};
    merge(coming.band, message, ["mean", "deviation"]);
  },
  simulation(message) {
    if (message.failure) {
      if (!refuse(message.failure.field, message.failure.allowed)) note("simulation", message.failure.message);
      return;
    }
    coming.simulation = message;
  },
  map(message) {
    if (message.failure) return note("map", message.failure.message);
    const target = coming.map;
    if (!target) return;
    if (message.x) Object.assign(target, {x: message.x, y: message.y, values: Array(message.x.length * message.y.length)});
    message.places.forEach((place, i) => (target.values[place] = message.values[i]));
    target.count = (target.count ?? 0) + message.places.length;
    target.complete = target.count === target.values.length;
    if (target.count) map = target;
    if (message.message.length) note("map", message.message[0]);
  },
  done(message) {
    if (message.id === number && message.id === coming.id) tell(coming.complete ? `ready, curve in ${coming.took} ms` : "ready");
  },
};

/** Puts the points of a piece between those known. */
function merge(known, piece, names) {
  const x = [...known.x, ...piece.x];
  const order = x.map((_, i) => i).sort((a, b) => x[a] - x[b]).filter((i, k, all) => !k || x[i] !== x[all[k - 1]]);
  for (const group of names) {
    for (const name of Object.keys(piece[group])) {
      const values = [...(known[group][name] ?? []), ...piece[group][name]];
      known[group][name] = order.map(i => values[i]);
    }
  }
  known.x = order.map(i => x[i]);
}

const tell = text => ($("status").textContent = text);

function note(part, text) {
  coming.notes[part] = text;
}

// --- drawing

function draw() {
  if (drawing) return;
  drawing = true;
  requestAnimationFrame(() => {
    drawing = false;
    if (!form) return;
    if (picture.curve.x.length) {
      curve.show(picture, look());
      if (picture.complete) $("curve-summary").textContent = curve.summary();
    }
    if (state.map && map?.x) {
      phases.show(map, mapLook());
      if (map.complete) $("map-summary").textContent = phases.summary();
    }
    words();
  });
}

function look() {
  const entry = numberFields(form, state.model).find(([name]) => name === state.curve.field);
  return {outputs, shown: shownOutputs(), words: form.outputs, label: entry?.[2] ?? state.curve.field, span: state.curve,
    logX: Boolean(entry?.[1].logarithmic), logY: Boolean(state.logY), here: valueOf(state.model, state.curve.field)};
}

function mapLook() {
  const side = ({field}) => {
    const [, entry, label] = numberFields(form, state.model).find(([name]) => name === field);
    return {label, logarithmic: entry.logarithmic};
  };
  const {across, up, output} = state.map;
  return {across: side(across), up: side(up), output: form.outputs[output],
    here: [across, up].map(({field}) => valueOf(state.model, field))};
}

function words() {
  const {point, simulation, band, notes} = picture;
  const key = ["Lines: the limit."];
  if (band) key.push(`Bands: one network at d = ${state.simulation.dimension}, mean (dotted) \u00b1 one standard deviation.`);
  if (simulation) {
    key.push(`Points: simulated, d = ${state.simulation.dimension}, ${simulation.replicas} of ${state.simulation.replicas} draws, \u00b1 one standard error.`);
  }
  if (picture.without) key.push(picture.without);
  const said = [{textContent: key.join(" ")}, ...Object.values(notes).map(textContent => ({className: "error", textContent}))];
  if (JSON.stringify(said) !== heard) $("notes").replaceChildren(...said.map(properties => element("li", properties)));
  heard = JSON.stringify(said);
  const rows = Object.entries(point?.values ?? {}).filter(([, value]) => finite(value));
  $("point").tBodies[0].replaceChildren(...rows.map(([name, value]) =>
    element("tr", {}, element("th", {scope: "row", textContent: form.outputs[name]}),
      element("td", {textContent: short(value, 8)}))));
  $("point").caption.textContent = "At the model's own parameters" +
    (finite(point?.error_estimate) ? `, to a relative ${short(point.error_estimate, 1)}` : "");
}

// --- the page

function connect() {
  socket = new WebSocket(`ws://${location.host}/live${location.search}`);
  socket.addEventListener("message", event => {
    const message = JSON.parse(event.data);
    parts[message.part](message);
    if (coming === picture || message.part === "map") draw(); // else nothing of it is shown yet
  });
  socket.addEventListener("close", () => {
    tell("the explorer has ended");
    $("refusal").textContent = "The explorer has ended: start it again, and open the address that it prints.";
  });
}

$("model").addEventListener("change", switchModel);
$("map-on").addEventListener("change", switchMap);
$("map-output").addEventListener("change", () => {
  state.map.output = $("map-output").value;
  request();
});
for (const name of ["simulate", "band"]) {
  $(name).addEventListener("change", () => {
    state[name] = $(name).checked;
    request();
  });
}
$("log-y").addEventListener("change", () => {
  state.logY = $("log-y").checked;
  settle();
  draw();
});
$("controls").addEventListener("submit", event => event.preventDefault());
const copied = (text, what) => navigator.clipboard.writeText(text).then(() => tell(`${what} copied`), () => tell("no access to the clipboard"));
$("copy-link").addEventListener("click", () => copied(address(), "link"));
$("copy-python").addEventListener("click", () => copied($("python").textContent, "Python"));
$("save-csv").addEventListener("click", () => {
  download("curve.csv", new Blob([csv(picture, state.curve.field, state.model)], {type: "text/csv"}));
  tell("curve.csv saved");
});
$("save-png").addEventListener("click", async () => {
  download("curve.png", await png(curve.plot, look(), caption));
  tell("curve.png saved");
});
window.addEventListener("hashchange", () => {
  const loaded = stateOfAddress();
  if (loaded && JSON.stringify(loaded) !== JSON.stringify(state)) load(loaded);
});
window.addEventListener("resize", draw);
window.addEventListener("error", event => ($("refusal").textContent = `The page has a fault: ${event.message}`));
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => (outputChoices(), draw()));
connect();
