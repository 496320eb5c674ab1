"use strict";

/* The bars of episodes below the chart of a cook, in a lane for each probe. */
const episodeBars = (() => {
  const word = (episode) => (episode.kind === "silence" ? "no signal" : episode.kind);
  const pen = document.createElement("canvas").getContext("2d");

  /* How wide words are in a chart, in px. */
  function widthOf(words, font) {
    pen.font = `600 12px ${font}`;
    return pen.measureText(words).width;
  }

  /* An episode's bar in its probe's lane: a drop begins with a triangle, low and high are its lower
     and its upper half, a lid is thin, a silence an empty frame, all else is full; with as many words as there is room for. */
  function draw(params, api, data, { probes, ink, card, font, clock }) {
    const episode = data.episodes[params.dataIndex];
    const { x: left, width } = params.coordSys;
    const height = Math.round(api.size([0, 1])[1] * 0.64);
    const px = (seconds) => api.coord([seconds * 1000, 0])[0];
    const middle = api.coord([0, episode.probe])[1];
    const x0 = px(episode.begin);
    const x1 = Math.max(px(episode.end), x0 + 4);
    if (x1 < left || x0 > left + width) return null;
    const y = middle - height / 2;
    const paint = probes[episode.probe];
    const from = Math.max(x0, left), to = Math.min(x1, left + width);
    const full = { x: from, y, width: to - from, height, r: 3 };
    const children = {
      drop: [
        { type: "rect", shape: { ...full, y: middle - 3, height: 6 }, style: { fill: paint } },
        {
          type: "polygon", style: { fill: paint },
          shape: { points: [[from - 7, y], [from + 7, y], [from, y + height]] },
        },
      ],
      silence: [{
        type: "rect", shape: full,
        style: { fill: "none", stroke: paint, lineWidth: 2, lineDash: [3, 2] },
      }],
      low: [
        { type: "rect", shape: { ...full, y: middle, height: height / 2 }, style: { fill: paint } },
      ],
      high: [
        { type: "rect", shape: { ...full, height: height / 2 }, style: { fill: paint } },
      ],
      lid: [
        { type: "rect", shape: { ...full, y: middle - 1, height: 3 }, style: { fill: paint } },
      ],
    }[episode.kind] ?? [{ type: "rect", shape: full, style: { fill: paint } }];
    const margin = episode.kind === "drop" ? 12 : 5;
    const busy = (params.context.busy ??= data.probes.map(() => left)); // up to where each lane is taken
    const next = data.episodes.find((e) => e.probe === episode.probe && e.begin > episode.begin);
    const free = next ? Math.min(px(next.begin) - 8, left + width) : left + width;
    const at = clock(episode.begin);
    const when = episode.goes_on ? `since ${at}` : `${at}–${clock(episode.end)}`;
    const labels = [`${word(episode)} ${when}`, when, at];
    const fitting = (room, most) => labels.slice(0, most).find((label) => widthOf(label, font) < room);
    const after = Math.max(to + 5, from + margin);
    const places = [
      { x: from + 5, fill: card, text: !["drop", "silence", "low", "high", "lid"].includes(episode.kind) && fitting(to - from - 10, 2) },
      { x: after, fill: ink, text: fitting(free - after, 3) },
      { x: from - margin, fill: ink, text: fitting(from - margin - busy[episode.probe], 2), align: "right" },
    ];
    const { align, ...place } = places.find(({ text }) => text) ?? {};
    if (place.text) children.push({
      type: "text",
      style: { ...place, textAlign: align, y: middle, textVerticalAlign: "middle", font: `600 12px ${font}` },
    });
    busy[episode.probe] = place.x === after ? after + widthOf(place.text, font) + 6 : to + 6;
    return { type: "group", children };
  }

  return { draw, widthOf, word };
})();
