/**
 * Loaded before the product (`node --require`): once the file TEST_DIE_AT_FILE is there, the process kills itself at the
 * n-th point it names, without a word to anybody. Each write about components has two: just before it is committed, and
 * just after.
 */
const { readFileSync } = require('node:fs');
const { join } = require('node:path');
const { LibsqlStore } = require(join(process.env.TEST_DIE_DIST, 'storage/libsql-store.js'));

const ABOUT =
  /^\s*(INSERT|UPDATE|DELETE|REPLACE)[\s\S]*\b(components?_?\w*|approvals?\w*|trials?\w*|locks?)\b/i;
let reached = 0;

function point() {
  let dieAt;
  try {
    dieAt = Number(readFileSync(process.env.TEST_DIE_AT_FILE, 'utf8'));
  } catch {
    return;
  }
  if (++reached === dieAt) process.kill(process.pid, 'SIGKILL');
}

const { run, transaction } = LibsqlStore.prototype;
LibsqlStore.prototype.run = async function (sql, ...values) {
  const ours = ABOUT.test(sql);
  if (ours) point();
  const changed = await run.call(this, sql, ...values);
  if (ours) point();
  return changed;
};
LibsqlStore.prototype.transaction = async function (work) {
  let ours = false;
  const result = await transaction.call(this, async (tx) => {
    const watched = { ...tx, run: (sql, ...values) => ((ours ||= ABOUT.test(sql)), tx.run(sql, ...values)) };
    const done = await work(watched);
    if (ours) point();
    return done;
  });
  if (ours) point();
  return result;
};
