import { readFileSync } from 'node:fs';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { ChatPage } from './support/chat-page';
import { calmStatus, FakeGateway } from './support/fake-gateway';
import { PageServer } from './support/page-server';
import { picture, tellWhere } from './support/screenshots';
import { WatchedBrowser } from './support/watched-browser';

jest.setTimeout(90_000);

const AXE = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const SIZES = { 320: 640, 768: 1024, 1440: 900 };
const LOOKS = ['light', 'dark'] as const;

const SHOWN = [
  'Hi @ann, **look** at [this](https://example.com/page) and #general:',
  '| core | state |\n|---|:-:|\n| 1 | _ready_ |',
  '```ts\nconst core = await registry.active();\n```',
  '1. one\n2. two\n   - nested\n- [x] done',
  '> quoted\n\n## A heading',
].join('\n\n');

describe('the chat page, in every size and colour,', () => {
  let gateway: FakeGateway;
  let server: PageServer;
  let browser: WatchedBrowser;

  beforeAll(async () => {
    gateway = await FakeGateway.start();
    gateway.status = {
      ...calmStatus(),
      preparing: { step: 'model', detail: 'fetching', received_bytes: 5_000_000, total_bytes: 135_000_000 },
    };
    server = await PageServer.start({ gateway: { url: gateway.url, key: 'k' } });
    browser = await WatchedBrowser.launch();
  });
  afterEach(async () => {
    await browser.closePages();
    expect(browser.takeComplaints()).toEqual([]);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.close();
    await gateway?.close();
    tellWhere();
  });

  /** What axe calls serious or critical, one line each. */
  async function offences(page: Page): Promise<string[]> {
    await page.evaluate(AXE);
    return page.evaluate<
      string[]
    >(`axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) => violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, nodes }) => id + ': ' + nodes.slice(0, 3).map(({ html, any }) => html.slice(0, 200) + ' ' + (any[0]?.message ?? '')).join(' | ')))`);
  }

  async function visitor(
    width: keyof typeof SIZES,
    colorScheme: 'light' | 'dark',
    more?: BrowserContextOptions,
  ) {
    const narrow = width === 320;
    const page = await browser.page({
      viewport: { width, height: SIZES[width] },
      colorScheme,
      isMobile: narrow,
      hasTouch: narrow,
      // Only here, for axe itself; the page's own policy is held to by every other spec.
      bypassCSP: true,
      ...more,
    });
    return ChatPage.open(page, server.url);
  }

  const states = Object.keys(SIZES).flatMap((width) => LOOKS.map((look) => [Number(width), look] as const));
  it.each(states)(
    '%d px wide, %s: nothing serious for axe, nothing to scroll sideways',
    async (width, look) => {
      const chat = await visitor(width as keyof typeof SIZES, look);
      const { page } = chat;
      const seen = async (state: string): Promise<void> => {
        await picture(page, `${state}-${width}-${look}`);
        expect({ state, wide: await chat.tooWide(), offences: await offences(page) }).toEqual({
          state,
          wide: [],
          offences: [],
        });
      };
      await page.locator('#enter-name').waitFor();
      await seen('door');
      await chat.enter('Ann');
      await seen('rooms');
      await server.say('#general', SHOWN);
      await server.say(
        '#general',
        '⚠️ Switched from core 1 to core 2, because core 1 failed. Answers go on.',
      );
      await chat.openRoom('general');
      await chat.own('look').last().waitFor();
      await chat.say('A message of my own');
      await chat.own('A message of my own').last().locator('.text').click();
      await seen('conversation');
      await chat.own('A message of my own').last().locator('.reply').click();
      await chat.threadMessages.first().waitFor();
      await seen('thread');
      await page.locator('#thread-close').click();
      const toggle = page.locator('.conversation .cores-toggle');
      if ((await toggle.getAttribute('aria-expanded')) === 'false') await toggle.click();
      await page.locator('#core-list .core').first().waitFor();
      await seen('cores');
      await page.locator('#cores-close').click();
      await page.locator('#messages').focus();
      await page.keyboard.press('?');
      await page.locator('#help-dialog').waitFor();
      await seen('help');
      await page.keyboard.press('Escape');
      if (width === 320) await page.locator('#back').click();
      await page.locator('#new').click();
      await page.locator('#people-list .room').first().waitFor();
      await seen('new-conversation');
    },
  );

  it('in Polish says everything in Polish, and the switch changes it at once', async () => {
    const chat = await visitor(1440, 'light', { locale: 'pl-PL' });
    const { page } = chat;
    await chat.enter('Żółw');
    await page.locator('#core-list .core').first().waitFor();
    expect(await page.locator('#core-list').innerText()).toMatch(/Rdzeń 1\s+gotowy\s+aktywny/);
    await page.locator('#ask').click();
    await page.locator('.chip', { hasText: 'Opowiedz mi długą historię' }).waitFor();
    await picture(page, 'polish-1440-light');
    const english = /\b(the|Ask|core|Cores|ready|Send|Kill|Write|Close|Just|model:)\b/;
    const shown = await page.locator('#app').innerText();
    expect(english.exec(shown)).toBeNull();
    expect(await offences(page)).toEqual([]);
    await page.locator('#app button.language').click();
    expect(await page.locator('html').getAttribute('lang')).toBe('en');
    await page.locator('#kill', { hasText: 'Kill the active core' }).waitFor();
    await page.reload();
    await chat.connected();
    expect(await page.locator('html').getAttribute('lang')).toBe('en');
  });

  it('takes the colours a person chooses, and keeps them', async () => {
    const { page } = await (await visitor(1440, 'light')).enter('Bea');
    const ground = (): Promise<string> =>
      page.evaluate<string>('getComputedStyle(document.body).backgroundColor');
    const light = await ground();
    const theme = page.locator('#app button.theme');
    await theme.click();
    expect(await ground()).toBe(light);
    await theme.click();
    const dark = await ground();
    expect(dark).not.toBe(light);
    await page.reload();
    expect(await ground()).toBe(dark);
    expect(await theme.getAttribute('aria-label')).toBe('Colours: dark');
  });

  it('reads new messages out to those who listen, once, and an answer when it is whole', async () => {
    const chat = await (await visitor(1440, 'light')).enter('Cora');
    await chat.openRoom('general');
    const announcer = chat.page.locator('#announcer');
    const answer = await server.say('#general', 'Half an▍');
    await chat.own('Half an').waitFor();
    expect(await announcer.innerText()).toBe('');
    await server.rewrite(answer, 'Half an answer, now whole.');
    await announcer
      .filter({ hasText: 'system-bot: Half an answer, now whole.' })
      .waitFor({ state: 'attached' });
  });
});
