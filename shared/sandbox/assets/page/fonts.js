/* Fonts that the page brings along for the frame: each by itself, or those of a stylesheet, which is read here. */

const FONT = ['family', 'src', 'display', 'style', 'unicodeRange', 'weight'];

function checkFonts(fonts) {
  need(Array.isArray(fonts), 'Invalid value for elements(): fonts should be a list.');
  for (const font of fonts) {
    const whole = typeof font?.cssSrc === 'string' || (typeof font?.family === 'string' && typeof font?.src === 'string');
    need(whole, 'Invalid value for elements(): each of fonts should have a cssSrc, or a family and a src.');
    if (font.cssSrc === undefined) known('fonts', font, FONT);
  }
}

const ownFonts = (fonts) => fonts.filter((font) => font.cssSrc === undefined);

/* What the stylesheets among them name; one that cannot be read brings nothing. */
async function sheetFonts(fonts) {
  const sheets = fonts.filter((font) => font.cssSrc !== undefined).map(({ cssSrc }) => facesOf(new URL(cssSrc, location.href)));
  return (await Promise.all(sheets)).flat();
}

async function facesOf(address) {
  try {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(await (await fetch(address, { credentials: 'omit' })).text());
    return [...sheet.cssRules].filter((rule) => rule instanceof CSSFontFaceRule).map(({ style }) => faceOf(style, address));
  } catch {
    console.warn(`[Stripe.js stand-in] the fonts of ${address} could not be read.`);
    return [];
  }
}

function faceOf(style, address) {
  const value = (name) => style.getPropertyValue(name) || undefined;
  const src = value('src').replace(/url\((["']?)(.*?)\1\)/g, (_, quote, path) => `url("${new URL(path, address)}")`);
  return {
    family: value('font-family').replace(/["']/g, ''), src, weight: value('font-weight'), style: value('font-style'),
    unicodeRange: value('unicode-range'), display: value('font-display'),
  };
}
