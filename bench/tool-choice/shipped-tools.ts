/** What the tools of the shipped components say of themselves, shortened, with schemas of their kind: name -> description, arguments. */
type Described = [tool: string, description: string, properties: Record<string, string>];

const ENTITIES = 'array of entities with name, type and observations';
const GRAPH: Described[] = [
  ['create_entities', 'Create multiple new entities in the knowledge graph', { entities: ENTITIES }],
  [
    'create_relations',
    'Create multiple new relations between entities in the knowledge graph. Relations should be in active voice',
    { relations: 'array' },
  ],
  [
    'add_observations',
    'Add new observations to existing entities in the knowledge graph',
    { observations: 'array' },
  ],
  [
    'delete_entities',
    'Delete multiple entities and their associated relations from the knowledge graph',
    { entityNames: 'array' },
  ],
  [
    'delete_observations',
    'Delete specific observations from entities in the knowledge graph',
    { deletions: 'array' },
  ],
  ['delete_relations', 'Delete multiple relations from the knowledge graph', { relations: 'array' }],
  ['read_graph', 'Read the entire knowledge graph', {}],
  [
    'search_nodes',
    'Search for nodes in the knowledge graph based on a query',
    { query: 'matched against names, types and observations' },
  ],
  ['open_nodes', 'Open specific nodes in the knowledge graph by their names', { names: 'array' }],
];
const PATH = { path: 'path inside the allowed directories' };

export const SHIPPED_TOOLS: Record<string, Described[]> = {
  'calc-mcp': [
    [
      'random',
      'Generate random values: UUID, password, number, pick from a list',
      { type: 'uuid, password, number', count: 'number' },
    ],
    ['hash', 'Compute the hash of a text: MD5, SHA-1, SHA-256, CRC32', { input: 'text', algorithm: 'name' }],
    ['base64', 'Encode or decode Base64', { input: 'text', action: 'encode or decode' }],
    [
      'encode',
      'Encode or decode URL, HTML and Unicode escapes',
      { input: 'text', type: 'url, html, unicode' },
    ],
    [
      'datetime',
      'Current time, conversion between time zones and formats, timestamps',
      { action: 'now, convert', timezone: 'IANA name' },
    ],
    ['count', 'Count characters, words, lines and bytes of a text', { text: 'text' }],
    [
      'math',
      'Evaluate a mathematical expression, or compute statistics: mean, median, deviation',
      { expression: 'expression', values: 'numbers' },
    ],
    [
      'date',
      'Difference between two dates, add to a date, weekday, age',
      { action: 'diff, add, weekday', date: 'ISO date' },
    ],
    ['regex', 'Test, match or replace with a regular expression', { pattern: 'expression', text: 'text' }],
    [
      'base',
      'Convert a number between bases: binary, octal, decimal, hexadecimal',
      { value: 'number', from: 'base', to: 'base' },
    ],
    ['diff', 'Compare two texts line by line, or their edit distance', { text1: 'text', text2: 'text' }],
    ['format_validate', 'Validate and format JSON, CSV, XML or YAML', { input: 'text', format: 'format' }],
    ['cron_parse', 'Explain a cron expression and list its next runs', { expression: 'cron expression' }],
    [
      'luhn',
      'Check or generate a number with the Luhn check digit, such as a card number',
      { number: 'digits' },
    ],
    ['ip', 'Information about an IP address or subnet (CIDR)', { ip: 'address' }],
    ['color', 'Convert a color between HEX, RGB and HSL', { color: 'color' }],
    [
      'convert',
      'Convert units: length, weight, temperature, area, volume, speed, data',
      { value: 'number', from: 'unit', to: 'unit' },
    ],
    ['char_info', 'Unicode information about a character', { char: 'character' }],
    ['jwt_decode', 'Decode a JWT without checking its signature', { token: 'JWT' }],
    ['url_parse', 'Parse a URL into its parts', { url: 'address' }],
    [
      'semver',
      'Compare semantic versions, or check a version against a range',
      { version: 'version', range: 'range' },
    ],
  ],
  'mcp-fetch-server': [
    ['fetch_html', 'Fetch a website and return the content as HTML', { url: 'address' }],
    ['fetch_markdown', 'Fetch a website and return the content as Markdown', { url: 'address' }],
    ['fetch_txt', 'Fetch a website, return the content as plain text (no HTML)', { url: 'address' }],
    ['fetch_json', 'Fetch a JSON file from a URL', { url: 'address' }],
    [
      'fetch_readable',
      'Fetch the main article of a web page as readable Markdown, without menus',
      { url: 'address' },
    ],
    [
      'fetch_youtube_transcript',
      'Fetch the transcript of a YouTube video',
      { url: 'address', lang: 'language' },
    ],
  ],
  'mcp-knowledge-graph': [
    ...GRAPH,
    ['update_entities', 'Update multiple existing entities in the knowledge graph', { entities: ENTITIES }],
    ['update_relations', 'Update multiple existing relations in the knowledge graph', { relations: 'array' }],
  ],
  'server-everything': [
    ['echo', 'Echoes back the input', { message: 'message to echo' }],
    [
      'get-annotated-message',
      'Demonstrates how annotations can be used to provide metadata about content',
      { messageType: 'error, success, debug' },
    ],
    ['get-env', 'Returns all environment variables, helpful for debugging the configuration', {}],
    [
      'get-resource-links',
      'Returns resource links that reference different types of resources',
      { count: 'number' },
    ],
    [
      'get-resource-reference',
      'Returns a resource reference that can be used by clients',
      { resourceId: 'number' },
    ],
    [
      'get-structured-content',
      'Returns structured content along with an output schema',
      { location: 'city' },
    ],
    ['get-sum', 'Returns the sum of two numbers', { a: 'number', b: 'number' }],
    ['get-tiny-image', 'Returns a tiny MCP logo image', {}],
    [
      'trigger-long-running-operation',
      'Demonstrates a long running operation with progress updates',
      { duration: 'number', steps: 'number' },
    ],
    [
      'simulate-research-query',
      'Simulates a deep research operation that gathers sources',
      { topic: 'topic' },
    ],
    [
      'gzip-file-as-resource',
      'Compresses a file with gzip and returns it as a resource',
      { name: 'name', data: 'URL' },
    ],
    ['toggle-simulated-logging', 'Toggles simulated random-leveled logging on or off', {}],
    ['toggle-subscriber-updates', 'Toggles simulated resource subscription updates on or off', {}],
  ],
  'server-filesystem': [
    ['read_file', 'Read the complete contents of a file as text. Deprecated: use read_text_file', PATH],
    [
      'read_text_file',
      'Read the complete contents of a file from the file system as text',
      { ...PATH, head: 'number', tail: 'number' },
    ],
    ['read_media_file', 'Read an image or audio file as base64 with its type', PATH],
    ['read_multiple_files', 'Read the contents of multiple files simultaneously', { paths: 'array' }],
    [
      'write_file',
      'Create a new file or completely overwrite an existing file with new content',
      { ...PATH, content: 'text' },
    ],
    ['edit_file', 'Make line-based edits to a text file', { ...PATH, edits: 'array' }],
    ['create_directory', 'Create a new directory or ensure a directory exists', PATH],
    ['list_directory', 'Get a detailed listing of all files and directories in a path', PATH],
    [
      'list_directory_with_sizes',
      'Get a detailed listing of all files and directories in a path, including sizes',
      PATH,
    ],
    ['directory_tree', 'Get a recursive tree view of files and directories as JSON', PATH],
    ['move_file', 'Move or rename files and directories', { source: 'path', destination: 'path' }],
    [
      'search_files',
      'Recursively search for files and directories matching a pattern',
      { ...PATH, pattern: 'glob' },
    ],
    [
      'get_file_info',
      'Retrieve detailed metadata about a file or directory: size, creation time, modified time, permissions',
      PATH,
    ],
    ['list_allowed_directories', 'Returns the list of directories that this server is allowed to access', {}],
  ],
  'server-memory': GRAPH,
  'server-sequential-thinking': [
    [
      'sequentialthinking',
      `A detailed tool for dynamic and reflective problem-solving through thoughts. It helps analyze problems through a flexible thinking process that can adapt and evolve. ${'Each thought can build on, question, or revise previous insights as understanding deepens. '.repeat(12)}`,
      {
        thought: 'current step',
        nextThoughtNeeded: 'boolean',
        thoughtNumber: 'number',
        totalThoughts: 'number',
      },
    ],
  ],
  'time-mcp': [
    [
      'current_time',
      'Get the current date and time.',
      { format: 'format of the time', timezone: 'IANA name' },
    ],
    ['relative_time', 'Get the relative time from now.', { time: 'YYYY-MM-DD HH:mm:ss' }],
    ['days_in_month', 'Get the number of days in a month.', { date: 'YYYY-MM-DD' }],
    ['get_timestamp', 'Get the timestamp for the time.', { time: 'YYYY-MM-DD HH:mm:ss' }],
    [
      'convert_time',
      'Convert time between timezones.',
      { sourceTimezone: 'IANA name', targetTimezone: 'IANA name', time: 'time' },
    ],
    ['get_week_year', 'Get the week and isoWeek of the year.', { date: 'YYYY-MM-DD' }],
  ],
};
