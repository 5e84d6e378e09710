/** A service for tests: keeps words over HTTP (PUT and GET /KEY) in a file. GET /health tells that it is well. */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';

const FOLDER = '/data/store';
const FILE = `${FOLDER}/words.json`;
mkdirSync(FOLDER, { recursive: true });
if (!existsSync(FILE)) save({});

function words() {
  return JSON.parse(readFileSync(FILE, 'utf8'));
}

function save(all) {
  writeFileSync(`${FILE}.new`, JSON.stringify(all));
  renameSync(`${FILE}.new`, FILE);
}

createServer((request, response) => {
  const key = decodeURIComponent(request.url.slice(1));
  if (key === 'health') return response.end('well');
  if (request.method !== 'PUT') {
    const word = words()[key];
    return response.writeHead(word === undefined ? 404 : 200).end(word);
  }
  let text = '';
  request.on('data', (chunk) => (text += chunk));
  request.on('end', () => {
    save({ ...words(), [key]: text });
    response.end();
  });
}).listen(8080);
process.on('SIGTERM', () => process.exit(0));
