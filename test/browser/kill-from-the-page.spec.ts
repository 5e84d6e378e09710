import { RunningRdzen } from '../support/running-rdzen';
import { eventually } from '../support/chat-person';
import { ChatPage } from './support/chat-page';
import { errorsSeen, recording, shrunk, startRecording, watchForErrors } from './support/message-recorder';
import { picture, tellWhere } from './support/screenshots';
import { WatchedBrowser } from './support/watched-browser';

jest.setTimeout(90_000);

/** The scripted core's long answer has this many numbered sentences. */
const SENTENCES = 23;

describe('the tour on the chat page', () => {
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

  async function person(name: string): Promise<ChatPage> {
    const page = await browser.page({ viewport: { width: 1440, height: 900 } });
    return (await ChatPage.open(page, rdzen.chatUrl)).enter(name);
  }

  it('kills the active core in mid-answer: what is read goes on and never shrinks', async () => {
    const { active_core: first, epoch } = await rdzen.ready();
    const { pid: firstPid } = await rdzen.active();
    const ann = await person('Ann');
    const { page } = ann;
    await page.locator('#core-list .core.active').waitFor();
    await page.locator('#tour-ask').click();
    await page.locator('#room-name', { hasText: 'system-bot' }).waitFor();
    await startRecording(page);
    await watchForErrors(page);
    const growing = ann.messages.nth(1);
    await growing.filter({ hasText: 'If the machine stops' }).waitFor();
    await picture(page, 'answer-growing-1440-light');
    await page.locator('#kill').click();
    const result = page.locator('#kill-result', { hasText: 'took over after' });
    await result.waitFor();
    expect(await growing.getAttribute('aria-busy')).toBe('true');
    await picture(page, 'killed-1440-light');

    const other = first === 1 ? 2 : 1;
    expect(await result.innerText()).toMatch(
      new RegExp(
        `^Process ${firstPid} \\(core ${first}\\) is dead\\. Core ${other} took over after [\\d,]+ ms\\.$`,
      ),
    );
    await page.locator(`#core-list .core.active[data-core="${other}"]`).waitFor();
    const text = await ann.finishedAnswer(ann.messages, 2, 45_000);
    expect(text).toMatch(/nothing was said twice\.$/);
    expect(await growing.locator('.text > ol > li').count()).toBe(SENTENCES);
    const { texts, replaced, orders } = await recording(page);
    const reply = orders.at(-1)?.[1] ?? '';
    expect(texts[reply]?.length).toBeGreaterThan(10);
    expect(shrunk(texts[reply] ?? [])).toEqual([]);
    expect(replaced).toEqual([]);
    expect(await errorsSeen(page)).toEqual([]);
    expect(await rdzen.status()).toMatchObject({ active_core: other, epoch: epoch + 1 });
    await page
      .locator(`#core-list .core[data-core="${first}"]`, { hasText: 'ready' })
      .waitFor({ timeout: 30_000 });
    await picture(page, 'after-the-kill-1440-light');
  });

  it('gives two people in one room one answer each, in a thread of their own', async () => {
    await rdzen.ready();
    const [eve, finn] = await Promise.all([person('Eve'), person('Finn')]);
    await Promise.all([eve.openRoom('general'), finn.openRoom('general')]);
    const questions = ['@system-bot What is a lane?', '@system-bot What is an epoch?'] as const;
    await Promise.all([eve.say(questions[0]), finn.say(questions[1])]);
    const [forEve, forFinn] = await Promise.all(
      [eve, finn].map((page) => page.finishedAnswer(page.threadMessages, 2, 45_000)),
    );
    expect(forEve).toContain('You wrote: "What is a lane?"');
    expect(forFinn).toContain('You wrote: "What is an epoch?"');
    await picture(eve.page, 'two-people-thread-1440-light');
    for (const page of [eve, finn]) {
      for (const question of questions) {
        const replies = page.own(question).locator('.replies');
        await eventually(
          () => replies.innerText(),
          (text) => text === '1 reply',
          5_000,
          'one reply each',
        );
      }
      expect(await page.threadMessages.count()).toBe(2);
    }
  });
});
