/** The page of `examples/live` as it is built, in headless Chromium. */
import { chromium, type Browser, type Page } from 'playwright';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { build, preview, type PreviewServer } from 'vite';
import { chromiumLaunch } from '../../support/chromium.js';
import { freshFolder } from '../../support/folders.js';

const configFile = new URL('../../../examples/live/vite.config.ts', import.meta.url).pathname;

let server: PreviewServer;
let browser: Browser;
let page: Page;
let complaints: string[];

beforeAll(async () => {
  const outDir = freshFolder();
  await build({ configFile, logLevel: 'error', build: { outDir } });
  server = await preview({ configFile, build: { outDir }, preview: { host: '127.0.0.1', port: 0 } });
  browser = await chromium.launch(chromiumLaunch);
});

afterAll(async () => {
  await browser?.close();
  await server?.close();
});

beforeEach(async () => {
  page = await browser.newPage();
  page.setDefaultTimeout(100_000);
  complaints = [];
  page.on('console', (message) => {
    if (['warning', 'error'].includes(message.type())) complaints.push(message.text());
  });
  page.on('pageerror', ({ message }) => complaints.push(message));
  page.on('requestfailed', (request) => complaints.push(`failed: ${request.url()}`));
});

afterEach(() => page.close());

async function open(query = ''): Promise<void> {
  await page.goto(new URL(query, server.resolvedUrls!.local[0]).href);
}

const reaches = (state: string): Promise<unknown> => page.waitForSelector(`body[data-state=${state}]`);

/** Sets a slider as a hand on it would. */
async function slide(id: string, value: number): Promise<void> {
  await page.locator(`#${id}`).fill(String(value));
  await page.locator(`#${id}`).dispatchEvent('change');
}

/** Training points and both recalls of each class, in percent, as the page shows them. */
async function table(): Promise<{ points: number[]; plain: number[]; adjusted: number[] }> {
  const rows = await page.locator('#recall tr').all();
  const cells = await Promise.all(rows.map((row) => row.locator('td').allInnerTexts()));
  const column = (at: number): number[] => cells.map((texts) => Number.parseFloat(texts[at]!));
  return { points: column(0), plain: column(1), adjusted: column(2) };
}

/** How many colours a canvas shows. */
const coloursOf = (canvas: string): Promise<number> =>
  page.locator(canvas).evaluate((element: HTMLCanvasElement) => {
    const { data } = element.getContext('2d')!.getImageData(0, 0, element.width, element.height);
    return new Set(new Uint32Array(data.buffer)).size;
  });

describe('the live page', () => {
  it.each(['wasm', 'cpu'])('trains both networks on %s: only adjusted is the rarest class found', async (backend) => {
    await open(`?backend=${backend}`);
    await reaches('trained');
    const { points, plain, adjusted } = await table();
    expect(points).toEqual([1000, 215, 46, 10]);
    expect(adjusted[3]).toBeGreaterThan(plain[3]! + 30);
    expect(plain[0]).toBeGreaterThan(90);
    expect(adjusted[0]).toBeGreaterThan(80);
    const [left, right] = await page.locator('.score').allInnerTexts();
    expect(Number.parseFloat(right!)).toBeGreaterThan(Number.parseFloat(left!) + 5);
    for (const panel of ['#plain', '#adjusted']) expect(await coloursOf(`${panel} canvas`)).toBeGreaterThan(8);
    expect(await page.locator('#status').innerText()).toBe(`Epoch 60 of 60, on ${backend}`);
    expect(complaints).toEqual([]);
  });

  it('trains on webgl, slowly where there is no GPU', async () => {
    await open('?backend=webgl');
    await page.waitForFunction(() => document.getElementById('status')?.textContent === 'Epoch 2 of 60, on webgl');
    await page.getByRole('button', { name: 'Stop' }).click();
    await reaches('stopped');
    expect((await table()).plain[0]).toBeGreaterThan(90);
    expect(complaints).toEqual([]);
  });

  it('trains anew when a control moves: without strength both are alike', async () => {
    await open();
    await slide('tau', 0);
    await reaches('training');
    await reaches('trained');
    const { plain, adjusted } = await table();
    expect(adjusted).toEqual(plain);
    await slide('imbalance', 0);
    await page.waitForFunction(() => document.querySelector('#recall tr:last-child td')?.textContent === '1000');
    expect((await table()).points).toEqual([1000, 1000, 1000, 1000]);
    expect(complaints).toEqual([]);
  });

  it('stops, goes on, and begins again', async () => {
    const epoch = async (): Promise<number> => Number.parseInt((await page.locator('#status').innerText()).slice(6));
    await open();
    await reaches('training');
    await page.getByRole('button', { name: 'Stop' }).click();
    await reaches('stopped');
    const stopped = await epoch();
    expect(stopped).toBeLessThan(60);
    await page.getByRole('button', { name: 'Start' }).click();
    await page.waitForFunction(
      (at) => !document.getElementById('status')!.textContent.startsWith(`Epoch ${at} `),
      stopped,
    );
    expect(await epoch()).toBeGreaterThan(stopped);
    await reaches('trained');
    await page.getByRole('button', { name: 'Again' }).waitFor();
    await page.getByRole('button', { name: 'Reset' }).click();
    await reaches('stopped');
    await page.waitForFunction(() => document.getElementById('status')!.textContent.startsWith('Epoch 0 '));
    expect(complaints).toEqual([]);
  });

  it('says what is wrong', async () => {
    await open('?backend=abacus');
    await page.getByRole('alert').waitFor();
    expect(await page.getByRole('alert').innerText()).toMatch(
      /^chooseBackend: expected name to be one of .*, got abacus/,
    );
  });

  it.each([1280, 420])('fits into a window %i wide, in both schemes', async (width) => {
    await page.setViewportSize({ width, height: 800 });
    const backgrounds = new Set<string>();
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      await open();
      await reaches('training');
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
      backgrounds.add(await page.evaluate(() => getComputedStyle(document.body).backgroundColor));
    }
    expect(backgrounds.size).toBe(2);
    expect(complaints).toEqual([]);
  });
});
