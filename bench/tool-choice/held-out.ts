/** Written after the words and weights of the search were settled, and not looked at for them. */
export const HELD_OUT: [question: string, tools: string][] = [
  ['is it already evening in Vancouver?', 'time-mcp current_time'],
  ['how many days has April', 'time-mcp days_in_month'],
  ['what is the square root of 1764', 'calc-mcp math'],
  ['how far is 12 miles in kilometres', 'calc-mcp convert'],
  ['write 255 in hexadecimal', 'calc-mcp base'],
  [
    'fetch the article at https://blog.example.net/post',
    'mcp-fetch-server fetch_readable, mcp-fetch-server fetch_markdown, mcp-fetch-server fetch_txt',
  ],
  ['delete the word foo from config.yaml and put bar there', 'server-filesystem edit_file'],
  [
    'who did I say runs the Gdansk branch?',
    'server-memory search_nodes, server-memory open_nodes, server-memory read_graph',
  ],
  [
    'keep in mind that my flight is on Friday',
    'server-memory create_entities, server-memory add_observations',
  ],
  ['count the words of this paragraph', 'calc-mcp count'],
  ['czy w Vancouver jest już wieczór?', 'time-mcp current_time'],
  ['ile dni ma kwiecień', 'time-mcp days_in_month'],
  ['pierwiastek z 1764', 'calc-mcp math'],
  ['12 mil to ile kilometrów', 'calc-mcp convert'],
  ['zapisz 255 szesnastkowo', 'calc-mcp base'],
  [
    'streść artykuł https://blog.example.net/post',
    'mcp-fetch-server fetch_readable, mcp-fetch-server fetch_markdown, mcp-fetch-server fetch_txt',
  ],
  ['w pliku config.yaml zamień foo na bar', 'server-filesystem edit_file'],
  [
    'kto według mnie prowadzi oddział w Gdańsku?',
    'server-memory search_nodes, server-memory open_nodes, server-memory read_graph',
  ],
  ['pamiętaj, że mam lot w piątek', 'server-memory create_entities, server-memory add_observations'],
  ['policz słowa w tym akapicie', 'calc-mcp count'],
];
