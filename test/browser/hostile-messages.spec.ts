import type { Page } from 'playwright-core';
import { eventually } from '../support/chat-person';
import { ChatPage } from './support/chat-page';
import { PageServer } from './support/page-server';
import { picture, tellWhere } from './support/screenshots';
import { WatchedBrowser } from './support/watched-browser';

jest.setTimeout(90_000);

const HUNDRED_KB = 100_000;
const fill = (unit: string, length = HUNDRED_KB): string =>
  unit.repeat(Math.ceil(length / unit.length)).slice(0, length);

/** What takes a careless parser seconds, or more stack than there is. */
const BOMBS = [
  '*',
  '_',
  '**a ',
  '[',
  '![',
  '[a](',
  '>',
  '> ',
  '- ',
  '1. ',
  '`',
  '``a ',
  '<',
  '~',
  '|',
  'a**b',
  '# \n',
  '  - a\n',
  'http://',
  'a@',
  '@a ',
  '\\',
  '&amp;',
];

describe('hostile messages', () => {
  let server: PageServer;
  let browser: WatchedBrowser;
  let page: Page;
  let chat: ChatPage;

  beforeAll(async () => {
    server = await PageServer.start({ settings: { maxMessageLength: 2 * HUNDRED_KB } });
    browser = await WatchedBrowser.launch();
    page = await browser.page({ viewport: { width: 800, height: 700 } });
    chat = await (await ChatPage.open(page, server.url)).enter('Ann');
    await chat.openRoom('general');
  });
  afterEach(() => {
    expect(browser.takeComplaints()).toEqual([]);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.close();
    tellWhere();
  });

  const last = () => chat.messages.last();
  async function shown(text: string, hasText = text): Promise<void> {
    await server.say('#general', text);
    await last().filter({ hasText }).waitFor();
  }

  it('are shown as the text they are: no script, picture or frame comes to life', async () => {
    const lines = [
      '<script>window.hacked = 1</script>',
      '<img src=x onerror="window.hacked=1">',
      '<svg onload="window.hacked=1"><iframe srcdoc="<script>window.hacked=1</script>">',
      '<a href="javascript:window.hacked=1">click</a>',
      '![picture](https://example.com/track.png)',
    ];
    await shown(lines.join('\n\n'), 'picture');
    const text = await last().locator('.text').innerText();
    for (const line of lines.slice(0, 4)) expect(text).toContain(line);
    expect(await page.locator('.text :is(script, img, svg:not(.sign-icon), iframe)').count()).toBe(0);
    expect(await last().locator('.text a').getAttribute('href')).toBe('https://example.com/track.png');
    expect(await page.evaluate('window.hacked')).toBeUndefined();
  });

  it('have no links but those that open a page or a letter', async () => {
    const bad = [
      '[a](javascript:window.hacked=1)',
      '[b](JaVaScRiPt:alert(1))',
      '[c](data:text/html,hi)',
      '[d](vbscript:x)',
      '[e](file:///etc/passwd)',
      '[f](//example.com)',
      '[g](blob:x)',
      '<javascript:window.hacked=1>',
      '[h](https://exa\u202Emple.com)',
      '[i](&#106;avascript:alert(1))',
    ];
    await shown(`${bad.join('\n\n')}\n\n[good](https://example.com/x) last@example.com`, 'last@');
    const links = await page.evaluate<string[]>(
      `[...document.querySelector('#messages .row:last-child .text').querySelectorAll('a')]
        .map(({ protocol, href, rel, target }) => [protocol, href, rel, target].join(' '))`,
    );
    expect(links).toEqual([
      'https: https://example.com/x noopener noreferrer _blank',
      'mailto: mailto:last@example.com noopener noreferrer _blank',
    ]);
    expect(await page.evaluate('window.hacked')).toBeUndefined();
  });

  it('that turn the direction of writing stay within themselves', async () => {
    await shown('\u202Egnihtemos\u202D \u2066isolated and never closed', 'isolated');
    await shown('שלום עולם', 'שלום');
    const direction = () =>
      page.evaluate<string>(
        `getComputedStyle(document.querySelector('#messages .row:last-child .text')).direction`,
      );
    expect(await direction()).toBe('rtl');
    await shown('after it all is as before');
    expect(await last().locator('.text').innerText()).toBe('after it all is as before');
    expect(await direction()).toBe('ltr');
    await shown(`zero\u200Bwidth\u200D\u2060 and ${'\u200B'.repeat(500)}end`, 'end');
    await shown(`Z${'\u0301'.repeat(400)}algo`, 'algo');
    await picture(page, 'hostile-800-light');
    expect(await chat.tooWide()).toEqual([]);
  });

  it('of 100 KB are shown, and the page stays quick', async () => {
    await server.say('#general', `begin ${fill('long words and so on ')} end`);
    await last().filter({ hasText: 'begin' }).waitFor();
    await server.say('#general', `unbroken ${fill('x')}`);
    await last().filter({ hasText: 'unbroken' }).waitFor();
    expect(await chat.tooWide()).toEqual([]);
    const ms = await page.evaluate<number>(`new Promise((done) => {
      const begin = performance.now();
      requestAnimationFrame(() => setTimeout(() => done(performance.now() - begin)));
    })`);
    expect(ms).toBeLessThan(500);
  });

  it.each([5_000, 20_000, HUNDRED_KB])(
    'made of nothing but marks render within 200 ms: %d characters',
    async (length) => {
      const bombs = BOMBS.map((unit) => fill(unit, length));
      const slow = await page.evaluate<
        { unit: string; ms: number }[]
      >(`import('/markdown.mjs').then(async ({ renderMarkdown }) => {
      const results = [];
      for (const text of ${JSON.stringify(bombs)}) for (const growing of [false, true]) {
        const box = document.createElement('div');
        const begin = performance.now();
        renderMarkdown(box, text, { ownName: 'ann', growing });
        results.push({ unit: text.slice(0, 8), growing, ms: performance.now() - begin, kept: box.textContent.length });
        await new Promise((done) => setTimeout(done));
      }
      return results.filter(({ ms }) => ms > 200);
    })`);
      expect(slow).toEqual([]);
    },
  );

  it('lose nothing: what is too deep or too long to be formatted is shown word for word', async () => {
    const texts = [fill('> ', 5000), fill('1. ', 5000), fill('[a](', 10_001), `${'- '.repeat(40)}deep`];
    const shownAs = await page.evaluate<string[]>(`import('/markdown.mjs').then(({ renderMarkdown }) =>
      ${JSON.stringify(texts)}.map((text) => {
        const box = document.createElement('div');
        renderMarkdown(box, text, { ownName: 'ann' });
        return box.textContent;
      }))`);
    expect(shownAs).toEqual(texts);
  });

  it('under a hostile name keep to their place', async () => {
    const eve = await ChatPage.open(await browser.page(), server.url);
    await eve.page.locator('#enter-name').fill('Eve \u202Ekcah\u202C <img src=x> x');
    await eve.page.locator('#enter button[type=submit]').click();
    await eve.connected();
    await eve.openRoom('general');
    await eve.say('from a strange name');
    await last().filter({ hasText: 'from a strange name' }).waitFor();
    expect(await last().locator('header strong').innerText()).toContain('<img src=x>');
    expect(await page.locator('#messages header img').count()).toBe(0);
    await eventually(
      () => chat.tooWide(),
      (wide) => wide.length === 0,
      2_000,
      'nothing is too wide',
    );
  });
});
