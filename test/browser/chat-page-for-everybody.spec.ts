import type { BrowserContextOptions } from 'playwright-core';
import { eventually } from '../support/chat-person';
import { RunningRdzen } from '../support/running-rdzen';
import { ChatPage } from './support/chat-page';
import { tellWhere } from './support/screenshots';
import { WatchedBrowser } from './support/watched-browser';

jest.setTimeout(60_000);

const LONG_WORD = 'Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft';

describe('the chat page, for everybody,', () => {
  let rdzen: RunningRdzen;
  let browser: WatchedBrowser;

  beforeAll(async () => {
    [rdzen, browser] = await Promise.all([RunningRdzen.start(), WatchedBrowser.launch()]);
  });
  afterAll(async () => {
    await browser?.close();
    await rdzen?.close();
    tellWhere();
  });
  afterEach(async () => {
    await browser.closePages();
    expect(browser.takeComplaints()).toEqual([]);
  });

  async function visitor(options?: BrowserContextOptions): Promise<ChatPage> {
    return ChatPage.open(await browser.page(options), rdzen.chatUrl);
  }

  it('fits a phone: nothing must be scrolled sideways', async () => {
    const mia = await visitor({ viewport: { width: 320, height: 640 }, isMobile: true, hasTouch: true });
    expect(await mia.tooWide()).toEqual([]);
    await mia.enter('Mia with a name that is quite a bit longer than usual');
    expect(await mia.tooWide()).toEqual([]);
    await mia.page.locator('#new').tap();
    await mia.page.locator('#people-list .room').first().waitFor();
    expect(await mia.tooWide()).toEqual([]);
    await mia.page.keyboard.press('Escape');
    await mia.openRoom('general');
    expect(await mia.page.locator('.sidebar').isVisible()).toBe(false);
    await mia.say(`${LONG_WORD.repeat(3)}\n\`\`\`\n${'a very long line of code; '.repeat(10)}\n\`\`\``);
    const message = mia.own(LONG_WORD);
    await message.waitFor();
    expect(await mia.tooWide()).toEqual([]);
    await message.locator('.text').first().tap();
    await message.locator('.reply').tap();
    await mia.threadMessages.first().waitFor();
    expect(await mia.page.locator('.conversation').isVisible()).toBe(false);
    expect(await mia.tooWide()).toEqual([]);
    await mia.page.locator('#thread-close').tap();
    await mia.page.locator('#back').tap();
    await mia.page.locator('#rooms').waitFor();
  });

  it('keeps the end in view while the reader is there, and the place where they scrolled to', async () => {
    const nora = await (await visitor({ viewport: { width: 900, height: 500 } })).enter('Nora');
    await nora.askAssistant();
    await nora.say('Tell me a long story');
    const growing = nora.messages.nth(1);
    await growing.filter({ hasText: 'word by word' }).waitFor();
    const fromEnd = (): Promise<number> =>
      nora.page.evaluate<number>(
        `{ const box = document.getElementById('messages'); box.scrollHeight - box.scrollTop - box.clientHeight; }`,
      );
    expect(await fromEnd()).toBeLessThan(2);
    await nora.page.setViewportSize({ width: 600, height: 400 });
    await eventually(fromEnd, (rest) => rest < 2, 2_000, 'the end is in view after the window shrank');
    await nora.page.evaluate(`document.getElementById('messages').scrollTop = 0`);
    await growing.filter({ hasText: 'When a core hangs' }).waitFor();
    expect(await nora.page.evaluate(`document.getElementById('messages').scrollTop`)).toBe(0);
    await nora.say('!stop');
    await nora.messages.filter({ hasText: '🛑' }).or(nora.notices).first().waitFor();
  });

  it('speaks Polish to a Polish browser', async () => {
    const ola = await visitor({ locale: 'pl-PL' });
    expect(await ola.page.locator('#enter button[type=submit]').innerText()).toBe('Wejdź');
    await ola.enter('Żółw');
    expect(await ola.page.locator('html').getAttribute('lang')).toBe('pl');
    await ola.askAssistant();
    expect(await ola.composer.getAttribute('placeholder')).toBe('Napisz wiadomość');
    await ola.page.locator('.chip', { hasText: 'Opowiedz mi długą historię' }).waitFor();
    await ola.openRoom('general');
    await ola.page.locator('.message.system', { hasText: 'Żółw dołącza' }).waitFor();
    expect(await ola.page.locator('#leave').getAttribute('aria-label')).toBe('Wyjdź');
  });

  it('can be used with the keyboard alone', async () => {
    const { page, ...paul } = await visitor();
    const focused = (): Promise<string> =>
      page.evaluate<string>(
        `document.activeElement.id || document.activeElement.className || document.activeElement.tagName`,
      );
    await page.locator('#enter-name').waitFor();
    expect(await focused()).toBe('enter-name');
    await page.keyboard.type('Paul');
    await page.keyboard.press('Enter');
    await eventually(focused, (id) => id === 'text', 5_000, 'the composer has the focus');

    const backwards = async (last: string): Promise<string[]> => {
      const seen: string[] = [];
      while (seen.at(-1) !== last && seen.length < 15) {
        await page.keyboard.press('Shift+Tab');
        seen.push(await focused());
      }
      return seen;
    };
    await backwards('ask');
    expect(await page.evaluate(`getComputedStyle(document.activeElement).outlineStyle`)).toBe('solid');
    await page.keyboard.press('Enter');
    await page.locator('#room-name', { hasText: 'system-bot' }).waitFor();
    await eventually(focused, (id) => id === 'text', 5_000, 'opening a room leads to its composer');
    await page.locator('.chip').first().waitFor();
    const way = ['chip', 'chip', 'chip', 'messages', 'cores-toggle', 'leave', 'help'];
    way.push('icon theme', 'icon language', 'room', 'room', 'ask', 'new');
    expect(await backwards('new')).toEqual(way);

    await page.locator('#rooms .room', { hasText: 'general' }).focus();
    await page.keyboard.press('Enter');
    await eventually(focused, (id) => id === 'text', 5_000, 'opening a room leads to its composer');
    await page.keyboard.type('first line');
    await page.keyboard.press('Shift+Enter');
    await page.keyboard.type('second line');
    expect(await paul.messages.filter({ hasText: 'first line' }).count()).toBe(0);
    await page.keyboard.press('Enter');
    const sent = paul.messages.filter({ hasText: 'first line' });
    await sent.waitFor();
    expect(await sent.locator('.text').innerText()).toBe('first line\nsecond line');
    expect(await paul.composer.inputValue()).toBe('');

    await backwards('messages');
    await page.keyboard.press('ArrowUp');
    expect(await page.evaluate(`document.activeElement.closest('.message')?.innerText`)).toContain(
      'second line',
    );
    await page.keyboard.press('Enter');
    await eventually(focused, (id) => id === 'thread-text', 5_000, 'opening a thread leads to its composer');
    await page.keyboard.press('Escape');
    await page.locator('#thread').waitFor({ state: 'hidden' });
    expect(await focused()).toBe('text');
  });
});
