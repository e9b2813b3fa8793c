// The curve of answers: what the page gives as data, drawn by the interface's own chart library.
const curve = JSON.parse(document.getElementById("curve-data")?.textContent ?? "null");

function colours() {
  const dark = document.documentElement.classList.contains("dark");
  return dark
    ? { line: "#7db4f5", before: "#a8a29e", letters: "#6ee7b7", reminders: "#fcd34d", deadline: "#fda29b", text: "#d6d3d1", grid: "#44403c" }
    : { line: "#1661be", before: "#78716c", letters: "#0b6e4f", reminders: "#92400e", deadline: "#b42318", text: "#44403c", grid: "#e7e5e4" };
}

function line(one, colour) {
  return {
    label: one.name,
    data: one.values,
    borderColor: colour,
    backgroundColor: colour,
    borderWidth: one.is_thin ? 1 : 3,
    borderDash: one.is_thin ? [4, 3] : [],
    pointRadius: 0,
    pointHitRadius: 8,
    pointStyle: "line",
  };
}

function marks(one, colour) {
  return {
    label: one.name,
    data: one.at.map((mark) => ({ x: curve.labels[mark.index], y: mark.y, number: mark.number })),
    showLine: false,
    borderColor: colour,
    backgroundColor: colour,
    pointStyle: one.sign,
    pointRadius: 7,
    pointHoverRadius: 9,
  };
}

function deadline(colour) {
  const x = curve.labels[curve.deadline.index];
  return {
    label: curve.deadline.name,
    data: [{ x, y: 0 }, { x, y: curve.deadline.top }],
    borderColor: colour,
    backgroundColor: colour,
    borderWidth: 2,
    borderDash: [2, 2],
    pointRadius: 0,
    pointStyle: "line",
  };
}

function datasets(shade) {
  const [letters, reminders] = curve.marks;
  return [
    ...curve.lines.map((one) => line(one, one.is_thin ? shade.before : shade.line)),
    marks(letters, shade.letters),
    marks(reminders, shade.reminders),
    ...(curve.deadline.index === null ? [] : [deadline(shade.deadline)]),
  ];
}

function axes(shade) {
  const shared = { ticks: { color: shade.text }, grid: { color: shade.grid } };
  const rtl = document.documentElement.dir === "rtl";
  return {
    x: { ...shared, reverse: rtl, ticks: { color: shade.text, maxTicksLimit: 9, maxRotation: 0 } },
    y: {
      ...shared,
      beginAtZero: true,
      position: rtl ? "right" : "left",
      title: { display: true, text: curve.axis, color: shade.text },
      ticks: { color: shade.text, precision: 0 },
    },
  };
}

function draw(canvas) {
  const shade = colours();
  const rtl = document.documentElement.dir === "rtl";
  const legend = { rtl, labels: { color: shade.text, usePointStyle: true } };
  const tooltip = {
    rtl,
    callbacks: {
      label: (item) => `${item.dataset.label}: ${item.raw?.number ?? item.parsed.y}`,
    },
  };
  return new Chart(canvas, {
    type: "line",
    data: { labels: curve.labels, datasets: datasets(shade) },
    options: {
      animation: false,
      maintainAspectRatio: false,
      scales: axes(shade),
      plugins: { legend, tooltip },
    },
  });
}

if (curve) {
  const canvas = document.getElementById("curve-chart");
  Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
  let chart = draw(canvas);
  // Light and dark are chosen by a class of the page, also while it is open.
  new MutationObserver(() => {
    chart.destroy();
    chart = draw(canvas);
  }).observe(document.documentElement, { attributeFilter: ["class"] });
}
