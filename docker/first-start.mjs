// One-shot service of docker-compose.yml, as root: makes the passwords that are missing, and gives the bind-mounted
// folders, which Docker makes as root's, to the users that write into them. Idempotent; runs before everything else.
//
// Environment: SECRETS (folder), OWNERS ("path=uid:gid path=uid:gid ..."), ROCKETCHAT_ADMIN_PASSWORD and
// ROCKETCHAT_PASSWORD (override what would be made).
import { chownSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';

const folder = process.env.SECRETS || '/run/rdzen-secrets';
const SECRETS = {
  'admin-password': process.env.ROCKETCHAT_ADMIN_PASSWORD,
  'bot-password': process.env.ROCKETCHAT_PASSWORD,
};

try {
  mkdirSync(folder, { recursive: true });
  for (const [name, wished] of Object.entries(SECRETS)) provide(join(folder, name), wished);
  for (const entry of (process.env.OWNERS ?? '').split(/\s+/).filter(Boolean)) giveAway(entry);
} catch (error) {
  console.error(`first start: ${error.message}`);
  process.exitCode = 1;
}

/** Readable for every user of a container that mounts the volume: Rocket.Chat's and ours have different ids. */
function provide(path, wished) {
  const present = existsSync(path) ? readFileSync(path, 'utf8') : '';
  if (present && (!wished || wished === present)) return console.log(`first start: ${path} is there`);
  // Of every class that a password policy may ask for, and nothing that a shell on its way to Rocket.Chat would change.
  const value = wished || `Rz1-${randomBytes(24).toString('base64url')}`;
  writeFileSync(`${path}.new`, value, { mode: 0o444 });
  renameSync(`${path}.new`, path);
  console.log(`first start: ${path} ${wished ? 'taken from the environment' : 'made'}`);
}

function giveAway(entry) {
  const [, path, uid, gid] = /^(\/[^=]+)=(\d+):(\d+)$/.exec(entry) ?? [];
  if (!path) throw new Error(`OWNERS holds "${entry}"; allowed: /path=uid:gid, with spaces between`);
  mkdirSync(path, { recursive: true });
  chownSync(path, Number(uid), Number(gid));
  console.log(`first start: ${path} belongs to ${uid}:${gid}`);
}
