import type { Page } from 'playwright-core';

/** Runs in the page, which has no TypeScript; `least` is a contrast ratio. Text in pictures is not looked at. */
const FIND = `least => {
  const canvas = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true });
  const seen = colours => {
    for (const colour of ['white', ...colours]) {
      canvas.fillStyle = colour;
      canvas.fillRect(0, 0, 1, 1);
    }
    const [r, g, b] = [...canvas.getImageData(0, 0, 1, 1).data].map(value => {
      const part = value / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const grounds = element =>
    element ? [...grounds(element.parentElement), getComputedStyle(element).backgroundColor] : [];
  const ratio = element => {
    const ground = grounds(element);
    const pair = [seen(ground), seen([...ground, getComputedStyle(element).color])];
    return (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05);
  };
  const textOf = element =>
    [...element.childNodes].filter(node => node.nodeType === Node.TEXT_NODE).map(node => node.data).join('').trim();
  return [...document.querySelectorAll('body *')]
    .filter(element => textOf(element) !== '' && element.checkVisibility({ visibilityProperty: true }))
    .filter(element => ratio(element) < least)
    .map(element => textOf(element) + ' ' + ratio(element).toFixed(2));
}`;

/** The texts of the page whose colour stands out from what is behind them by less than `least` (WCAG 2, 1.4.3). */
export async function faintTexts(page: Page, least: number): Promise<string[]> {
  return await page.evaluate(`(${FIND})(${least})`);
}
