import type { BrowserContextOptions, Page } from 'playwright-core';
import { eventually } from '../support/chat-person';
import { ChatPage } from './support/chat-page';
import { calmStatus, FakeGateway, switchedStatus } from './support/fake-gateway';
import { PageServer } from './support/page-server';
import { picture, tellWhere } from './support/screenshots';
import { WatchedBrowser } from './support/watched-browser';

jest.setTimeout(60_000);

describe('the panel of the cores', () => {
  let gateway: FakeGateway;
  let server: PageServer;
  let browser: WatchedBrowser;

  beforeAll(async () => {
    gateway = await FakeGateway.start();
    server = await PageServer.start({ gateway: { url: gateway.url, key: 'the-key' } });
    browser = await WatchedBrowser.launch();
  });
  beforeEach(() => {
    gateway.status = calmStatus();
    gateway.kills.length = 0;
    gateway.refusal = undefined;
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

  const WIDE = { viewport: { width: 1440, height: 900 } };
  async function visitor(options: BrowserContextOptions = WIDE): Promise<Page> {
    return (await (await ChatPage.open(await browser.page(options), server.url)).enter('Ann')).page;
  }
  const core = (page: Page, id: number) => page.locator(`#core-list .core[data-core="${id}"]`);

  it('stands open on a wide screen and shows both cores as they are', async () => {
    const page = await visitor();
    await core(page, 1).waitFor();
    const facts = (id: number): Promise<string> =>
      core(page, id)
        .innerText()
        .then((text) => text.replace(/\s+/g, ' '));
    expect(await facts(1)).toBe(
      'Core 1 ready active speed 38.4 tokens/s answers now 1 process 4711 model smollm2:135m kind built-in engine',
    );
    expect(await facts(2)).toContain('Core 2 ready standby speed not known yet answers now 0 process 4712');
    expect(await page.locator('#mode').innerText()).toBe('All is well');
    gateway.status = switchedStatus();
    await core(page, 2).and(page.locator('.active')).waitFor();
    expect(await facts(1)).toContain('Core 1 starting standby');
    expect(await facts(1)).toContain('its process was started again');
    expect(await page.locator('#mode').innerText()).toBe('Only one core can answer');
  });

  it('says what a core is held in, and what the cluster is', async () => {
    const status = calmStatus();
    Object.assign(status.cores[1] ?? {}, {
      ...{ state: 'maintenance', reason: 'new graphics card', conditions: ['maintenance', 'quarantined'] },
    });
    gateway.status = { ...status, mode: 'PAUSED' };
    const page = await visitor();
    await core(page, 2).waitFor();
    const facts = (await core(page, 2).innerText()).replace(/\s+/g, ' ');
    expect(facts).toContain('Core 2 in maintenance standby');
    expect(facts).toContain('besides in quarantine after a failure');
    expect(facts).toContain('new graphics card');
    expect(await page.locator('#mode').innerText()).toBe('Paused: nothing switches or is repaired by itself');
  });

  it('kills the active core with one press and says what happened', async () => {
    const page = await visitor();
    await page.locator('#kill:enabled').waitFor();
    expect(await page.locator('#kill-note').innerText()).toContain('Ends process 4711 at once');
    gateway.onKill = () => setTimeout(() => (gateway.status = switchedStatus()), 150);
    await page.locator('#kill').click();
    const result = page.locator('#kill-result', { hasText: 'took over' });
    await result.waitFor();
    const [, ms] =
      /^Process 4711 \(core 1\) is dead\. Core 2 took over after (\d+) ms\.$/.exec(
        await result.innerText(),
      ) ?? [];
    expect(Number(ms)).toBeGreaterThanOrEqual(140);
    expect(Number(ms)).toBeLessThan(1000);
    expect(gateway.kills).toEqual([{ core: 1, key: 'Bearer the-key' }]);
    await core(page, 2).and(page.locator('.active')).waitFor();
  });

  it('says why a core could not be killed', async () => {
    const page = await visitor();
    gateway.refusal = {
      status: 409,
      body: { title: 'Conflict', detail: 'Core 1 has no process right now.' },
    };
    await page.locator('#kill').click();
    await page.locator('#kill-result', { hasText: 'Core 1 has no process right now.' }).waitFor();
    expect(browser.takeComplaints()).toEqual([expect.stringContaining('409')]);
  });

  it('offers no kill where the core is no process of ours', async () => {
    const status = calmStatus();
    for (const each of status.cores) delete each['pid'];
    gateway.status = status;
    const page = await visitor();
    await page.locator('#kill-note', { hasText: 'no process of ours' }).waitFor();
    expect(await page.locator('#kill').isDisabled()).toBe(true);
  });

  it('shows how far the model has come, over the conversation too, until it is there', async () => {
    gateway.status = {
      ...calmStatus(),
      preparing: {
        step: 'model',
        detail: 'fetching the model smollm2:135m',
        received_bytes: 58_000_000,
        total_bytes: 135_000_000,
        bytes_per_second: 3_140_000,
        seconds_left: 25,
      },
    };
    const page = await visitor();
    const banner = page.locator('#engine');
    await banner.waitFor();
    for (const place of [banner, page.locator('#preparing')]) {
      await place.locator('.figures', { hasText: '58 MB of 135 MB · 3.1 MB/s · 25 s left' }).waitFor();
      expect(await place.innerText()).toContain('fetching the model smollm2:135m');
      expect(await place.locator('progress').getAttribute('value')).toBe('58000000');
    }
    await picture(page, 'preparing-1440-light');
    gateway.status = {
      ...calmStatus(),
      engine_problem: { cause: 'There is no network.', remedy: 'Connect this machine and start again.' },
    };
    await page.locator('#problem', { hasText: 'There is no network.' }).waitFor();
    expect(await banner.innerText()).toContain('Connect this machine and start again.');
    await picture(page, 'engine-problem-1440-light');
    await banner.locator('.dismiss').click();
    await banner.waitFor({ state: 'hidden' });
    expect(await page.locator('#problem').isVisible()).toBe(true);
    gateway.status = calmStatus();
    await page.locator('#problem').waitFor({ state: 'hidden' });
    expect(await banner.isVisible()).toBe(false);
  });

  it('is a drawer on a phone, closed until it is wanted, and Escape closes it', async () => {
    const page = await visitor({ viewport: { width: 320, height: 640 }, isMobile: true, hasTouch: true });
    const panel = page.locator('#cores');
    expect(await panel.isVisible()).toBe(false);
    const toggle = page.locator('.sidebar .cores-toggle');
    await toggle.tap();
    await core(page, 2).waitFor();
    await picture(page, 'cores-drawer-320-light');
    expect(await toggle.getAttribute('aria-expanded')).toBe('true');
    await page.keyboard.press('Escape');
    await panel.waitFor({ state: 'hidden' });
    expect(await page.evaluate('document.activeElement.className')).toBe('cores-toggle narrow');
  });

  it('asks about once a second while it is open, and far less when it is closed', async () => {
    const page = await visitor();
    const callsIn = async (ms: number): Promise<number> => {
      const before = gateway.statusCalls;
      await page.waitForTimeout(ms);
      return gateway.statusCalls - before;
    };
    expect(await callsIn(3500)).toBeGreaterThanOrEqual(3);
    await page.keyboard.press('Alt+c');
    await page.locator('#cores').waitFor({ state: 'hidden' });
    await page.waitForTimeout(100);
    expect(await callsIn(3500)).toBeLessThanOrEqual(1);
    await page.reload();
    await page.locator('.room').first().waitFor();
    expect(await page.locator('#cores').isVisible()).toBe(false);
  });

  it('tells a gateway that is gone, and comes back with it', async () => {
    const page = await visitor();
    await core(page, 1).waitFor();
    const away = await FakeGateway.start();
    await away.close();
    const lost = await PageServer.start({ gateway: { url: away.url, key: 'k' } });
    const other = await ChatPage.open(await browser.page(WIDE), lost.url);
    await other.enter('Bob');
    await other.page.locator('#mode', { hasText: 'does not answer' }).waitFor();
    expect(await other.page.locator('#kill').isDisabled()).toBe(true);
    await browser.closePages();
    await lost.close();
  });

  it('is absent where no gateway is known', async () => {
    const alone = await PageServer.start();
    const { page } = await (await ChatPage.open(await browser.page(WIDE), alone.url)).enter('Cleo');
    await eventually(
      () => page.locator('.room').count(),
      (count) => count > 0,
      3_000,
      'the rooms are there',
    );
    expect(await page.locator('.cores-toggle:visible, #cores:visible').count()).toBe(0);
    await browser.closePages();
    await alone.close();
  });
});
