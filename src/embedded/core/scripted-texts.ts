export type ScriptLanguage = 'en' | 'pl';

/** What the scripted core recites. Sentences of the long text are numbered, so that a loss or a doubling shows. */
export interface Script {
  introduction: string;
  /** Around the quoted question. */
  reply: (question: string) => string;
  /** What a tool answered, word for word. */
  looked: (tool: string, text: string) => string;
  /** Between somebody else's half answer and the rest of ours. */
  takeover: string;
  longText: string[];
}

export const SCRIPTS: Record<ScriptLanguage, Script> = {
  en: {
    introduction:
      'I am the scripted core: no language model is installed here, so I recite instead of thinking.',
    reply: (question) =>
      `You wrote: "${question}" I cannot answer that, but everything around me is real: your words came through the ` +
      'chat server, waited in a durable queue and reached me, the active core. To get real answers, install Ollama ' +
      'and start again, or point OLLAMA_URL_CORE1 at an Ollama that runs elsewhere. To see what all this is for, ' +
      'ask me for a long story and kill the active core while I tell it.',
    looked: (tool, text) => `I had \`${tool}\` called, and it answered: ${text}`,
    takeover: ' [the scripted core goes on from here] ',
    longText: [
      'This is a long text about failover, and its sentences are numbered so that you can see whether one is lost or told twice.',
      'Two cores stand ready: one is active and answers, the other is warm and waits.',
      'A question is first written into a journal on disk, and only then does it count as accepted.',
      'If the machine stops at this very moment, the question is still there when it comes back.',
      'Every room has a lane of its own, so that questions are answered in the order in which they were asked.',
      'The active core sends its answer word by word, and each word is proof that the core is alive.',
      'A watch measures how long the first word takes and how long the gaps between words are.',
      'When a core dies, its connection breaks, and that is noticed within milliseconds.',
      'When a core hangs, nothing breaks at all; there is only silence, and the watch has to be patient but not too patient.',
      'A busy core is not a dead core, and a good watch never confuses the two.',
      'Once the verdict is reached, the other core is promoted by one small transaction.',
      'The transaction raises a number called the epoch, and words that carry an older epoch are thrown away.',
      'The new core receives the conversation together with the part of the answer that you can already read.',
      'It does not start again; it takes the half sentence and carries on with it.',
      'If you killed a core just now, the seam lies somewhere in this text, and you should not be able to find it.',
      'The text in the room only ever grows, because taking words back would look like an error.',
      'The number of the answer is derived from the question, so that posting it twice is impossible.',
      'Meanwhile the dead core is started again, loads its model and becomes the new standby.',
      'Nothing returns to it by itself, since every change of the active core costs someone a moment of waiting.',
      'If both cores are gone, the people who wait are told so, and their questions stay in the queue.',
      'When one of them comes back, the queue is worked off in order, and nobody has to ask again.',
      'All of this happens with a recited text exactly as it would with the words of a real model.',
      'This is sentence twenty-three, the last one: if you have counted along, nothing was lost and nothing was said twice.',
    ],
  },
  pl: {
    introduction: 'Jestem rdzeniem skryptowym: nie ma tu modelu językowego, więc recytuję, zamiast myśleć.',
    reply: (question) =>
      `Piszesz: „${question}” Na to nie odpowiem, ale wszystko wokół mnie jest prawdziwe: twoje słowa przeszły przez ` +
      'serwer czatu, odczekały w trwałej kolejce i dotarły do mnie, aktywnego rdzenia. Aby dostawać prawdziwe ' +
      'odpowiedzi, zainstaluj Ollamę i uruchom całość ponownie albo wskaż w OLLAMA_URL_CORE1 Ollamę działającą ' +
      'gdzie indziej. Jeśli chcesz zobaczyć, po co to wszystko, poproś o długą opowieść i zabij aktywny rdzeń, gdy ' +
      'będę ją snuć.',
    looked: (tool, text) => `Wywołałem \`${tool}\` i oto odpowiedź: ${text}`,
    takeover: ' [dalej mówi rdzeń skryptowy] ',
    longText: [
      'To długi tekst o przełączaniu awaryjnym, a jego zdania są ponumerowane, żeby było widać, czy któreś zginęło lub padło dwa razy.',
      'W gotowości stoją dwa rdzenie: jeden jest aktywny i odpowiada, drugi jest rozgrzany i czeka.',
      'Pytanie trafia najpierw do dziennika na dysku i dopiero wtedy uznaje się je za przyjęte.',
      'Jeśli maszyna stanie w tej właśnie chwili, pytanie będzie na swoim miejscu, gdy wróci do życia.',
      'Każdy pokój ma własny tor, więc odpowiedzi przychodzą w tej kolejności, w jakiej padły pytania.',
      'Aktywny rdzeń wysyła odpowiedź słowo po słowie, a każde słowo dowodzi, że rdzeń żyje.',
      'Strażnik mierzy, jak długo trzeba czekać na pierwsze słowo i jak długie są przerwy między słowami.',
      'Gdy rdzeń ginie, zrywa się połączenie, a to widać po kilku milisekundach.',
      'Gdy rdzeń się zawiesza, nic się nie zrywa; jest tylko cisza, a strażnik musi być cierpliwy, lecz nie zanadto.',
      'Zajęty rdzeń to nie martwy rdzeń i dobry strażnik nigdy ich nie myli.',
      'Kiedy zapada wyrok, jedna mała transakcja czyni aktywnym drugi rdzeń.',
      'Transakcja podnosi liczbę zwaną epoką, a słowa ze starszej epoki są odrzucane.',
      'Nowy rdzeń dostaje rozmowę razem z tą częścią odpowiedzi, którą można już przeczytać.',
      'Nie zaczyna od nowa; bierze pół zdania i prowadzi je dalej.',
      'Jeśli przed chwilą jakiś rdzeń zginął, szew leży gdzieś w tym tekście i nie powinno dać się go znaleźć.',
      'Tekst w pokoju tylko rośnie, bo cofanie słów wyglądałoby jak błąd.',
      'Numer odpowiedzi wynika z pytania, dlatego nie da się jej wysłać dwa razy.',
      'Tymczasem martwy rdzeń wstaje, ładuje model i zostaje nową rezerwą.',
      'Nic nie wraca do niego samo, bo każda zmiana aktywnego rdzenia kosztuje kogoś chwilę czekania.',
      'Jeśli zabraknie obu rdzeni, czekający się o tym dowiedzą, a ich pytania zostaną w kolejce.',
      'Gdy jeden z nich wróci, kolejka zostanie opróżniona po kolei i nikt nie musi pytać ponownie.',
      'Wszystko to dzieje się z recytowanym tekstem dokładnie tak samo jak ze słowami prawdziwego modelu.',
      'To zdanie dwudzieste trzecie i ostatnie: jeśli rachunek się zgadza, nic nie zginęło i nic nie padło dwa razy.',
    ],
  },
};
