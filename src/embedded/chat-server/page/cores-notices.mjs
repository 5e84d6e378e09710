import { byId, iconButton, make, morph } from './dom.mjs';
import { duration, number, size } from './format.mjs';
import { say, term } from './texts.mjs';

/** How far the engine and its model have come. */
export function preparingParts(preparing) {
  if (!preparing) return [];
  const title = make('strong', '', say('preparing'));
  const parts = [title];
  const {
    received_bytes: received,
    total_bytes: total,
    bytes_per_second: rate,
    seconds_left: left,
  } = preparing;
  if (preparing.step) title.textContent += `: ${term('step', preparing.step)}`;
  if (total > 0 && received >= 0) {
    const bar = make('progress');
    bar.max = total;
    bar.value = received;
    bar.setAttribute('aria-label', `${number((received / total) * 100)} %`);
    parts.push(bar);
  }
  const figures = [
    received >= 0 &&
      (total > 0 ? say('progress', { received: size(received), total: size(total) }) : size(received)),
    rate > 0 && say('rate', { rate: size(rate) }),
    left > 0 && say('timeLeft', { time: duration(left) }),
  ].filter(Boolean);
  if (figures.length > 0) parts.push(make('p', 'figures', figures.join(' · ')));
  parts.push(make('p', 'fine', [preparing.detail, say('preparingNote')].filter(Boolean).join(' · ')));
  return parts;
}

export function problemParts(problem) {
  if (!problem) return [];
  const parts = [make('strong', '', say('engineProblem'))];
  if (problem.cause) parts.push(make('p', '', problem.cause));
  if (problem.remedy) parts.push(make('p', 'remedy', problem.remedy));
  return parts;
}

let dismissed;

/** The same over the conversation, for those who do not look at the cores; a problem only until it is put away. */
export function showBanner({ preparing, engine_problem: problem }) {
  const banner = byId('engine');
  const put = problem && problem.cause === dismissed ? undefined : problem;
  const parts = preparing ? preparingParts(preparing) : problemParts(put);
  banner.hidden = parts.length === 0;
  banner.classList.toggle('warn', !preparing && parts.length > 0);
  if (!preparing && put) parts.push(iconButton('dismiss', 'close', say('close'), 'dismiss'));
  morph(banner, parts);
  banner.onclick = ({ target }) => {
    if (!target.closest('.dismiss')) return;
    dismissed = problem.cause;
    banner.hidden = true;
    byId('text').focus();
  };
}
