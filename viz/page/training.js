"use strict";
// The page on a training. One number, `at`, says which frame is shown; every chart is drawn from it.
const data = JSON.parse(document.getElementById("data").textContent);
let frames = data.frames, at = Math.max(0, frames.length - 1), timer = null, colors = {}, arranged = "";
const $ = (id) => document.getElementById(id);
const short = (x) => (x === null || x === undefined ? "–" : x === 0 ? "0" : Math.abs(x) >= 1e5 || Math.abs(x) < 1e-3 ? x.toExponential(2) : String(Number(x.toPrecision(4))));
function readColors() { const style = getComputedStyle(document.documentElement); for (const name of ["bg", "panel", "ink", "soft", "edge", "line", "negative", "positive", "lit", "focus"]) colors[name] = style.getPropertyValue(`--${name}`).trim(); }
const mix = (a, b, t) => { const p = (c) => [1, 3, 5].map((i) => parseInt(c.slice(i, i + 2), 16)); const [u, v] = [p(a), p(b)]; return "#" + u.map((c, i) => Math.round(c + (v[i] - c) * t).toString(16).padStart(2, "0")).join(""); };
const tint = (x, top) => mix(colors.bg, x > 0 ? colors.positive : colors.negative, Math.min(1, Math.abs(x) / (top || 1)) ** 0.5);

// ---- a sheet to draw on, in the units of the screen ----
function sheet(id) {
  const canvas = $(id).querySelector("canvas"), ratio = window.devicePixelRatio || 1, w = canvas.clientWidth, h = canvas.clientHeight;
  canvas.width = Math.max(1, w * ratio); canvas.height = Math.max(1, h * ratio);
  const pen = canvas.getContext("2d"); pen.setTransform(ratio, 0, 0, ratio, 0, 0); pen.clearRect(0, 0, w, h); pen.font = "11px system-ui, sans-serif"; pen.textBaseline = "middle";
  return { pen, w, h };
}
function axes(id, low, high, first, last, log) {
  const { pen, w, h } = sheet(id), f = log ? Math.log10 : (v) => v, lo = f(low), hi = f(high) > lo ? f(high) : lo + 1;
  const ticks = Array.from({ length: 5 }, (_, i) => lo + ((hi - lo) * i) / 4).map((v) => [log ? 10 ** v : v, short(log ? 10 ** v : v)]);
  const box = { l: 10 + Math.max(...ticks.map(([, text]) => pen.measureText(text).width)), r: w - 10, t: 12, b: h - 24 }; // room for the longest label
  const X = (v) => (last > first ? box.l + ((v - first) / (last - first)) * (box.r - box.l) : (box.l + box.r) / 2), Y = (v) => box.b - ((f(v) - lo) / (hi - lo)) * (box.b - box.t);
  pen.strokeStyle = colors.edge; pen.fillStyle = colors.soft; pen.lineWidth = 1; pen.textAlign = "right";
  for (const [v, text] of ticks) { const y = Y(v); pen.globalAlpha = 0.35; pen.beginPath(); pen.moveTo(box.l, y); pen.lineTo(box.r, y); pen.stroke(); pen.globalAlpha = 1; pen.fillText(text, box.l - 6, y); }
  return { pen, X, Y, box, w, h };
}
function line(pen, points, color, dashed) { pen.strokeStyle = color; pen.lineWidth = 1.8; pen.setLineDash(dashed ? [5, 4] : []); pen.beginPath(); let started = false; for (const [x, y] of points) { if (!Number.isFinite(y)) { started = false; continue; } if (started) pen.lineTo(x, y); else pen.moveTo(x, y); started = true; } pen.stroke(); pen.setLineDash([]); }
function dots(pen, points, color, hollow) { pen.strokeStyle = color; pen.fillStyle = hollow ? colors.panel : color; pen.lineWidth = 1.8; for (const [x, y] of points) if (Number.isFinite(y)) { pen.beginPath(); pen.arc(x, y, 3, 0, 7); pen.fill(); pen.stroke(); } }
// What the colours mean stands above a chart, where it covers nothing: [name, colour, dashed].
function legend(id, entries) {
  let list = $(id).querySelector(".legend");
  if (!list) { list = document.createElement("div"); list.className = "legend"; $(id).querySelector("figcaption").after(list); }
  list.replaceChildren(...entries.map(([name, color, dashed]) => { const item = document.createElement("span"), key = document.createElement("i"); key.style.borderTop = `3px ${dashed ? "dashed" : "solid"} ${color}`; item.append(key, name); return item; }));
}
// As many of the names below an axis as fit side by side.
function below(pen, box, names, X) {
  const texts = names.map((n) => (n.length > 18 ? "…" + n.slice(-17) : n)), widest = Math.max(...texts.map((t) => pen.measureText(t).width)) + 10;
  const stride = Math.ceil(names.length / Math.max(1, Math.floor((box.r + 10) / widest)));
  pen.fillStyle = colors.soft; pen.textAlign = "left";
  texts.forEach((text, i) => { if (i % stride) return; const width = pen.measureText(text).width; pen.fillText(text, Math.max(2, Math.min(X(i) - width / 2, box.r + 8 - width)), box.b + 13); });
}
function hide(id, yes) { $(id).hidden = yes; return yes; }

// ---- the charts ----
function curves(id, want) {
  const names = [...new Set(frames.flatMap((f) => Object.keys(f.logs)))].filter((n) => n !== "learning_rate" && (n.replace("val_", "") === "loss") === want);
  if (hide(id, !names.length)) return;
  const all = frames.flatMap((f) => names.map((n) => f.logs[n])).filter((v) => v !== null && v !== undefined), first = frames[0].epoch + 1, last = frames[frames.length - 1].epoch + 1;
  legend(id, names.map((n) => [n, "", false])); // it takes room, so before the chart
  const { pen, X, Y, box } = axes(id, Math.min(...all), Math.max(...all), first, last);
  const hues = data.colors, base = [...new Set(names.map((n) => n.replace("val_", "")))];
  const entries = names.map((n) => {
    const color = hues[base.indexOf(n.replace("val_", "")) % hues.length], dashed = n.startsWith("val_");
    const points = frames.map((f) => [X(f.epoch + 1), f.logs[n] === null || f.logs[n] === undefined ? NaN : Y(f.logs[n])]);
    line(pen, points, color, dashed); if (frames.length < 3) dots(pen, points, color, dashed);
    return [n, color, dashed];
  });
  legend(id, entries);
  pen.strokeStyle = colors.ink; pen.lineWidth = 1; pen.beginPath(); pen.moveTo(X(frames[at].epoch + 1), box.t); pen.lineTo(X(frames[at].epoch + 1), box.b); pen.stroke();
  pen.fillStyle = colors.soft; pen.textAlign = "center"; pen.fillText(`epoch ${first}`, last > first ? box.l + 20 : X(first), box.b + 13); if (last > first) pen.fillText(String(last), box.r - 8, box.b + 13);
}
function flow() {
  const now = frames[at].parameters;
  if (hide("flow", !now)) return;
  const names = Object.keys(now), sizes = frames.flatMap((f) => names.flatMap((n) => [f.parameters[n].gradient, f.parameters[n].size])).filter((v) => v > 0);
  if (hide("flow", !sizes.length)) return;
  legend("flow", [["gradient", colors.positive, false], ["weight", colors.soft, true]]);
  const { pen, X, Y, box } = axes("flow", Math.min(...sizes), Math.max(...sizes), 0, names.length - 1 || 1, true);
  for (const [key, color, dashed] of [["gradient", colors.positive, false], ["size", colors.soft, true]]) {
    const points = names.map((n, i) => [X(i), now[n][key] > 0 ? Y(now[n][key]) : NaN]);
    line(pen, points, color, dashed); pen.fillStyle = color; for (const [x, y] of points) if (Number.isFinite(y)) { pen.beginPath(); pen.arc(x, y, 3, 0, 7); pen.fill(); }
  }
  below(pen, box, names, X);
}
function kinds() { const f = frames[at], found = []; for (const n of Object.keys(f.parameters || {})) found.push(`weights of ${n}`, `gradients of ${n}`); for (const n of Object.keys(f.activations || {})) found.push(`output of ${n}`); return found; }
function chosen(f) { const text = $("hist").querySelector("select").value; if (text.startsWith("output of ")) { const a = (f.activations || {})[text.slice(10)]; return a && a.histogram; } const [kind, name] = text.split(" of "); const p = (f.parameters || {})[name]; return p && p[kind]; }
function histograms() {
  const select = $("hist").querySelector("select"), options = kinds();
  if (hide("hist", !options.length)) return;
  if (select.options.length !== options.length) { const old = select.value; select.replaceChildren(...options.map((o) => { const e = document.createElement("option"); e.textContent = o; return e; })); if (options.includes(old)) select.value = old; }
  const h = chosen(frames[at]); if (!h) return;
  const all = frames.map(chosen).filter(Boolean), low = Math.min(...all.map((o) => o.low)), high = Math.max(...all.map((o) => o.high)), top = Math.max(...h.counts, 1);
  const { pen, X, Y, box } = axes("hist", 0, top, low, high);
  const step = (h.high - h.low) / h.counts.length || (high - low) / 24 || 1;
  h.counts.forEach((c, i) => { const x0 = X(h.low + i * step), x1 = X(h.low + (i + 1) * step); pen.fillStyle = h.low + (i + 0.5) * step < 0 ? colors.negative : colors.positive; pen.fillRect(x0, Y(c), Math.max(1, x1 - x0 - 1), box.b - Y(c)); });
  pen.fillStyle = colors.soft; pen.textAlign = "left"; pen.fillText(short(low), box.l, box.b + 13); pen.textAlign = "right"; pen.fillText(short(high), box.r, box.b + 13);
}
// A class has a shape too: round, square, then triangles and diamonds.
function mark(pen, x, y, c) {
  const corners = [null, [[-3, -3], [3, -3], [3, 3], [-3, 3]], [[0, -4], [3.6, 3], [-3.6, 3]], [[0, -4], [4, 0], [0, 4], [-4, 0]], [[0, 4], [3.6, -3], [-3.6, -3]]][c % 5];
  if (!corners) { pen.arc(x, y, 3.2, 0, 7); return; }
  corners.forEach(([dx, dy], i) => (i ? pen.lineTo(x + dx, y + dy) : pen.moveTo(x + dx, y + dy))); pen.closePath();
}
function plane() {
  const b = frames[at].boundary;
  if (hide("plane", !b)) return;
  const many = b.outputs > 1, hue = (c) => (many || data.classes.length > 2 ? data.colors[c % data.colors.length] : c > 0 ? colors.positive : colors.negative);
  legend("plane", data.points ? data.classes.map((name, c) => [name, hue(c), false]) : many ? Array.from({ length: b.outputs }, (_, c) => [String(c), hue(c), false]) : []);
  const { pen, w, h } = sheet("plane"), n = b.values.length, flat = b.values.flat();
  const middle = Math.min(...flat) >= 0 && Math.max(...flat) <= 1 ? 0.5 : 0, top = Math.max(...flat.map((v) => Math.abs(v - middle)), 1e-9);
  b.values.forEach((row, i) => row.forEach((v, j) => { pen.fillStyle = many ? mix(colors.bg, hue(v), 0.4) : mix(colors.bg, v > middle ? colors.positive : colors.negative, 0.6 * Math.abs(v - middle) / top); pen.fillRect((j * w) / n, (i * h) / n, w / n + 1, h / n + 1); }));
  for (const [x, y, c] of data.points || []) { const px = ((x - b.low[0]) / (b.high[0] - b.low[0])) * w, py = h - ((y - b.low[1]) / (b.high[1] - b.low[1])) * h; pen.fillStyle = hue(c); pen.strokeStyle = colors.bg; pen.lineWidth = 0.7; pen.beginPath(); mark(pen, px, py, c); pen.fill(); pen.stroke(); }
}
function net() {
  const weights = frames[at].weights;
  if (hide("net", !weights || !weights.length)) return;
  const { pen, w, h } = sheet("net"), sizes = [weights[0].length, ...weights.map((m) => m[0].length)], top = Math.max(...frames.flatMap((f) => (f.weights || []).flat(2).map(Math.abs)));
  const X = (k) => 24 + (k * (w - 48)) / (sizes.length - 1), Y = (k, i) => (h * (i + 0.5)) / sizes[k];
  weights.forEach((m, k) => m.forEach((row, i) => row.forEach((v, j) => { const s = Math.min(1, Math.abs(v) / top); if (s < 0.02) return; pen.strokeStyle = v > 0 ? colors.positive : colors.negative; pen.globalAlpha = 0.15 + 0.8 * s; pen.lineWidth = 0.3 + 3 * s; pen.setLineDash(v < 0 ? [4, 3] : []); pen.beginPath(); pen.moveTo(X(k), Y(k, i)); pen.lineTo(X(k + 1), Y(k + 1, j)); pen.stroke(); })));
  pen.globalAlpha = 1; pen.setLineDash([]);
  sizes.forEach((n, k) => { for (let i = 0; i < n; i++) { pen.fillStyle = colors.bg; pen.strokeStyle = colors.line; pen.lineWidth = 1; pen.beginPath(); pen.arc(X(k), Y(k, i), Math.min(6, (0.4 * h) / n), 0, 7); pen.fill(); pen.stroke(); } });
}

// ---- moving about ----
function draw() {
  if (!frames.length) { $("where").textContent = "no epoch has ended yet"; for (const id of ["loss", "metrics", "flow", "hist", "plane", "net"]) hide(id, true); return; }
  $("slider").max = frames.length - 1; $("slider").value = at;
  const f = frames[at];
  $("where").textContent = `epoch ${f.epoch + 1} of ${frames[frames.length - 1].epoch + 1}`;
  $("numbers").replaceChildren(...Object.entries(f.logs).map(([n, v]) => { const span = document.createElement("span"); span.textContent = `${n} ${short(v)}`; return span; }));
  const charts = () => { curves("loss", true); curves("metrics", false); flow(); histograms(); plane(); net(); return $("cards").clientWidth + [...document.querySelectorAll("figure")].map((f) => f.hidden).join(); };
  if (charts() !== arranged) arranged = charts(); // where some were hidden, the others have become wider
}
function go(to) { at = Math.max(0, Math.min(frames.length - 1, to)); draw(); }
function play() {
  if (timer) { clearInterval(timer); timer = null; $("play").textContent = "▶ Play"; return; }
  if (at === frames.length - 1) go(0);
  $("play").textContent = "⏸ Pause"; timer = setInterval(() => (at >= frames.length - 1 ? play() : go(at + 1)), matchMedia("(prefers-reduced-motion: reduce)").matches ? 900 : 200);
}
$("back").onclick = () => go(at - 1); $("next").onclick = () => go(at + 1); $("play").onclick = play; $("slider").oninput = () => go(Number($("slider").value));
$("hist").querySelector("select").onchange = draw;
$("theme").onclick = () => { const root = document.documentElement, dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches; root.dataset.theme = dark ? "light" : "dark"; readColors(); draw(); };
document.onkeydown = (e) => { if (["SELECT", "INPUT"].includes(e.target.tagName) && e.target.type !== "range") return; const keys = { ArrowRight: () => go(at + 1), ArrowLeft: () => go(at - 1), Home: () => go(0), End: () => go(frames.length - 1), " ": play }; if (keys[e.key] && !(e.target.tagName === "BUTTON" && e.key === " ")) { e.preventDefault(); keys[e.key](); } };
matchMedia("(prefers-color-scheme: dark)").onchange = () => { readColors(); draw(); };
new ResizeObserver(draw).observe(document.body);
if (data.live) setInterval(async () => { try { const found = await (await fetch("/frames")).json(); if (found.length && JSON.stringify(found[found.length - 1]) !== JSON.stringify(frames[frames.length - 1])) { const follow = at >= frames.length - 1; frames = found; if (follow) at = frames.length - 1; go(at); } } catch (e) { /* the training is over, or the server closed */ } }, 700);
readColors(); draw();
window.training = { go, state: () => ({ at, frames: frames.length, epoch: frames.length ? frames[at].epoch : null, shown: ["loss", "metrics", "flow", "hist", "plane", "net"].filter((id) => !$(id).hidden) }) };
