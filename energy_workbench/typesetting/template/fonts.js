// Characters of this page that no font of this machine has: they look like the one of a code that no font may have.
(async () => {
  await document.fonts.ready;
  const size = 24, canvas = new OffscreenCanvas(2 * size, 2 * size);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  const family = getComputedStyle(document.body).fontFamily;
  context.font = `${size}px ${family}`;
  const look = (text) => {
    context.clearRect(0, 0, 2 * size, 2 * size);
    context.fillText(text, 4, 1.4 * size);
    const pixels = context.getImageData(0, 0, 2 * size, 2 * size).data;
    let sum = 2166136261;
    for (let i = 3; i < pixels.length; i += 4) sum = Math.imul(sum ^ pixels[i], 16777619);
    return `${context.measureText(text).width} ${sum}`;
  };
  const boxes = new Set(["\uDBFF\uDFFE", "\uE5D3", "\u{1FFFE}"].map(look));
  const blank = look(" ").split(" ")[1];
  boxes.delete(look(" "));
  const characters = new Set(document.body.innerText + document.title);
  return [...characters].filter((c) => c.trim() && !/[\p{C}\p{Z}\p{M}]/u.test(c))
    .filter((c) => boxes.has(look(c)) && look(c).split(" ")[1] !== blank);
})()
