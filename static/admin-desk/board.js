// The tiles by the keyboard: the Tab key stops once in each region, the arrow keys go from tile to
// tile, as they stand on the page.
"use strict";

(() => {
  const tiles = [...document.querySelectorAll(".board .tile")];
  const onward = document.documentElement.dir === "rtl" ? "ArrowLeft" : "ArrowRight";
  const regionOf = (tile) => [...tile.closest(".tiles").querySelectorAll(".tile")];

  // Without this script each tile is a stop of the Tab key.
  const makeStop = (tile) => {
    for (const one of regionOf(tile)) one.tabIndex = one === tile ? 0 : -1;
  };

  const place = (tile) => {
    const box = tile.getBoundingClientRect();
    return { x: box.left + box.width / 2, y: box.top };
  };

  // The tile above or below: of the nearest row that way, the one that stands nearest.
  const inNextRow = (tile, way) => {
    const from = place(tile);
    const beyond = tiles.map((one) => ({ one, ...place(one) })).filter(({ y }) => (y - from.y) * way > 1);
    const row = Math.min(...beyond.map(({ y }) => (y - from.y) * way));
    const found = beyond.filter(({ y }) => (y - from.y) * way < row + 1);
    return found.sort((a, b) => Math.abs(a.x - from.x) - Math.abs(b.x - from.x))[0]?.one;
  };

  const goals = {
    ArrowUp: (tile) => inNextRow(tile, -1),
    ArrowDown: (tile) => inNextRow(tile, 1),
    Home: (tile) => regionOf(tile).at(0),
    End: (tile) => regionOf(tile).at(-1),
  };
  for (const [key, step] of [["ArrowLeft", -1], ["ArrowRight", 1]])
    goals[key] = (tile) => tiles[tiles.indexOf(tile) + (onward === "ArrowRight" ? step : -step)];

  for (const region of document.querySelectorAll(".board .tiles")) makeStop(region.querySelector(".tile"));
  document.querySelector("[data-by-keys]")?.removeAttribute("hidden");

  addEventListener("keydown", (event) => {
    const tile = event.target.closest?.(".board .tile");
    if (!tile || !(event.key in goals) || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    goals[event.key](tile)?.focus();
  });
  addEventListener("focusin", (event) => {
    const tile = event.target.closest?.(".board .tile");
    if (tile) makeStop(tile);
  });
})();
