import { byId, make, morph } from './dom.mjs';
import { CoresFeed } from './cores-feed.mjs';
import { number } from './format.mjs';
import { preparingParts, problemParts, showBanner } from './cores-notices.mjs';
import { failure, say, term } from './texts.mjs';

const WIDE = '(min-width: 1200px)';

/** Both cores live, and the button that kills the active one: the tour of what happens then. */
export class CoresPanel {
  /** @param onAsk asks the assistant for a long story */
  constructor(rest, preferences, onAsk) {
    Object.assign(this, { rest, preferences });
    this.node = byId('cores');
    this.toggles = [...document.querySelectorAll('.cores-toggle')];
    this.feed = new CoresFeed(rest, (view) => this.show(view));
    this.view = { cores: [], reachable: true, can_kill: false };
    for (const toggle of this.toggles) {
      toggle.hidden = false;
      toggle.addEventListener('click', () => this.toggle());
    }
    byId('cores-close').addEventListener('click', () => this.close());
    byId('shade').addEventListener('click', () => this.close());
    byId('kill').addEventListener('click', () => void this.kill());
    byId('tour-ask').addEventListener('click', () => {
      if (this.drawer) this.close();
      onAsk();
    });
    // A drawer covers the conversation: it is opened by hand only.
    this.wide = matchMedia(WIDE);
    this.wide.addEventListener('change', () => this.setOpen(this.wide.matches && this.wished));
    this.setOpen(this.wide.matches && this.wished);
    this.feed.start();
  }

  get wished() {
    return this.preferences.get('cores') !== false;
  }

  get open() {
    return !this.node.hidden;
  }

  get drawer() {
    return this.open && !this.wide.matches;
  }

  toggle() {
    if (this.open) this.close();
    else {
      this.remember(true);
      this.setOpen(true);
      byId('cores-close').focus();
    }
  }

  close() {
    this.remember(false);
    const within = this.node.contains(document.activeElement);
    this.setOpen(false);
    if (within) this.toggles.find(({ offsetParent }) => offsetParent)?.focus();
  }

  remember(open) {
    if (this.wide.matches) this.preferences.set('cores', open);
  }

  setOpen(open) {
    this.node.hidden = !open;
    byId('shade').hidden = !this.drawer;
    for (const toggle of this.toggles) toggle.setAttribute('aria-expanded', String(open));
    this.feed.watch(open);
  }

  show(view) {
    this.view = view;
    const mode = view.reachable ? view.mode : 'UNREACHABLE';
    for (const toggle of this.toggles) toggle.dataset.mode = mode ?? '';
    showBanner(view);
    if (!this.open) return;
    byId('mode').textContent = view.reachable ? term('mode', view.mode) : say('unreachable');
    byId('mode').dataset.mode = mode ?? '';
    fill(byId('preparing'), preparingParts(view.preparing));
    fill(byId('problem'), problemParts(view.engine_problem));
    morph(byId('core-list'), view.cores.map(coreCard));
    byId('tour').hidden = this.preferences.get('toured') === true || view.cores.length < 2;
    this.showKill();
  }

  showKill() {
    const { view, killing } = this;
    const active = view.cores.find(({ role }) => role === 'active');
    const pid = active?.pid;
    byId('kill').disabled = killing || !view.can_kill || pid === undefined;
    const reason = view.reachable && !view.can_kill ? say('killForbidden') : say('killNoProcess');
    const honest =
      pid !== undefined && view.can_kill ? say('killNote', { pid }) : view.reachable ? reason : '';
    byId('kill-note').textContent = honest;
  }

  async kill() {
    this.killing = true;
    this.showKill();
    const result = byId('kill-result');
    result.classList.remove('error');
    result.textContent = say('killing');
    try {
      const { pid, core, took_over: next, ms } = await this.rest.post('/embedded/kill-active-core');
      result.textContent =
        next === null
          ? say('killedAlone', { pid, core })
          : say('killed', { pid, core, next, ms: number(ms) });
      this.preferences.set('toured', true);
    } catch (error) {
      result.classList.add('error');
      result.textContent = failure(error);
    }
    this.killing = false;
    this.feed.again(0);
  }

  relabel() {
    byId('kill-result').textContent = '';
    this.show(this.view);
  }
}

function coreCard(core) {
  const card = make('li', `core ${core.role === 'active' ? 'active' : ''}`);
  card.dataset.core = String(core.id);
  const head = make('div', 'core-head');
  const dot = make('span', 'dot');
  dot.dataset.state = core.state ?? '';
  dot.setAttribute('aria-hidden', 'true');
  head.append(dot, make('strong', '', say('core', { id: core.id })));
  head.append(
    make('span', 'state', term('state', core.state)),
    make('span', 'role', term('role', core.role)),
  );
  const facts = make('dl');
  fact(facts, say('speed'), core.tokens_per_second > 0 ? speed(core.tokens_per_second) : say('unknown'));
  fact(facts, say('inFlight'), String(core.in_flight ?? 0));
  const besides = (core.conditions ?? []).filter((kind) => kind !== core.state);
  if (besides.length > 0) fact(facts, say('heldIn'), besides.map((kind) => term('state', kind)).join(', '));
  if (core.pid !== undefined) fact(facts, say('pid'), String(core.pid));
  if (core.model) fact(facts, say('model'), core.model);
  if (core.kind) fact(facts, say('kind'), term('kind', core.kind));
  card.append(head, facts);
  if (core.state !== 'ready' && core.reason) card.append(make('p', 'fine', core.reason));
  if (core.warning) card.append(make('p', 'fine', core.warning));
  card.classList.toggle('busy', core.in_flight > 0);
  return card;
}

const speed = (count) => say('perSecond', { count: number(count, 1) });

function fact(list, name, value) {
  list.append(make('dt', '', name), make('dd', '', value));
}

function fill(box, parts) {
  box.hidden = parts.length === 0;
  morph(box, parts);
}
