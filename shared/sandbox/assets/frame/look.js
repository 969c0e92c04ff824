/* The look that the page asks for: theme, variables, and the rules that can do no harm. */

const VARIABLES = {
  colorPrimary: '--primary', colorBackground: '--background', colorText: '--text', colorDanger: '--danger', colorSuccess: '--success',
  colorTextSecondary: '--secondary', colorTextPlaceholder: '--placeholder', borderRadius: '--radius', fontFamily: '--font',
  fontSizeBase: '--size', fontSizeSm: '--size-label', fontSizeXs: '--size-small', fontWeightNormal: '--weight', fontWeightMedium: '--weight-medium',
  fontLineHeight: '--line', spacingUnit: '--unit', gridRowSpacing: '--gap-row', gridColumnSpacing: '--gap-column', inputColorBorder: '--border',
  inputBoxShadow: '--shadow', inputFocusBoxShadow: '--focus-shadow', inputFocusColorBorder: '--focus-border', focusBoxShadow: '--focus-shadow',
  labelColorText: '--label', labelFontSize: '--size-label', labelFontWeight: '--weight-label', accordionItemSpacing: '--gap-item', tabSpacing: '--gap-item',
  iconColor: '--secondary', buttonBorderRadius: '--radius-button',
};
const THEMES = ['stripe', 'night', 'flat', 'none'];
const SELECTOR = /^\.(Input|Label|Error|Block|Tab|TabLabel|AccordionItem|PickerItem|Checkbox|CheckboxInput|CheckboxLabel|RadioIcon|TermsText)(--[a-z]+)?(:hover|:focus|:focus-visible|:active|:disabled|:autofill)?(::placeholder|::selection)?$/;
const PROPERTIES = new Set(('backgroundColor border borderTop borderRight borderBottom borderLeft borderColor borderTopColor borderRightColor '
  + 'borderBottomColor borderLeftColor borderStyle borderWidth borderTopWidth borderRightWidth borderBottomWidth borderLeftWidth borderRadius '
  + 'borderTopLeftRadius borderTopRightRadius borderBottomLeftRadius borderBottomRightRadius boxShadow color fill fontFamily fontSize fontVariant '
  + 'fontWeight letterSpacing lineHeight margin marginTop marginRight marginBottom marginLeft opacity outline outlineColor outlineOffset outlineStyle '
  + 'outlineWidth padding paddingTop paddingRight paddingBottom paddingLeft textDecoration textShadow textTransform transition webkitFontSmoothing '
  + 'webkitTextFillColor').split(' '));
const sheet = new CSSStyleSheet();

/* A rule of the page's: its selector is one of ours, its values can load nothing. The style object refuses what is no CSS. */
function addRule(selector, declarations) {
  if (!SELECTOR.test(selector) || typeof declarations !== 'object' || declarations === null) return;
  const rule = sheet.cssRules[sheet.insertRule(`${selector} {}`, sheet.cssRules.length)];
  for (const [name, value] of Object.entries(declarations)) {
    if (PROPERTIES.has(name) && typeof value === 'string' && !/url|image|attr\(/i.test(value)) rule.style[name] = value;
  }
}

/* Fonts that the page brings along; what is no font is left out. */
const brought = new Set();
function bring(fonts = []) {
  for (const { family, src, ...more } of fonts) {
    const name = JSON.stringify([family, src, more]);
    if (brought.has(name)) continue;
    brought.add(name);
    const given = Object.entries(more).filter(([, value]) => typeof value === 'string');
    try { document.fonts.add(new FontFace(family, src, Object.fromEntries(given))); } catch { /* no font */ }
  }
}

function dress(appearance = {}) {
  const root = document.documentElement;
  root.dataset.theme = THEMES.includes(appearance.theme) ? appearance.theme : 'stripe';
  root.dataset.still = appearance.disableAnimations ? 'true' : 'false';
  root.style.colorScheme = appearance.theme === 'night' ? 'dark' : 'light';
  for (const property of new Set(Object.values(VARIABLES))) root.style.removeProperty(property);
  for (const [name, value] of Object.entries(appearance.variables || {})) {
    if (name in VARIABLES && typeof value === 'string') root.style.setProperty(VARIABLES[name], value);
  }
  while (sheet.cssRules.length) sheet.deleteRule(0);
  // What a page says of a field in general does not hide that it is wrong; what it says of a wrong field does count.
  const rules = Object.entries(appearance.rules || {});
  for (const [selector, declarations] of rules) if (selector === '.Input') addRule(selector, declarations);
  addRule('.Input--invalid', { borderColor: 'var(--danger)' });
  for (const [selector, declarations] of rules) if (selector !== '.Input') addRule(selector, declarations);
  document.adoptedStyleSheets = [sheet];
}
