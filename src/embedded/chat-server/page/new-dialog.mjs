import { avatar, byId, make } from './dom.mjs';
import { failure, say } from './texts.mjs';

/** A new channel, an open channel to join, or a person to write to. */
export async function openNewDialog(rest, config, me, rooms, { onRoom, onPerson }) {
  const dialog = byId('new-dialog');
  const complaint = byId('new-error');
  const attempt = async (task) => {
    try {
      await task();
      dialog.close();
    } catch (error) {
      complaint.textContent = failure(error);
      complaint.hidden = false;
    }
  };
  complaint.hidden = true;
  byId('new-channel').onsubmit = (event) => {
    event.preventDefault();
    const name = byId('new-channel-name').value.trim();
    const members = byId('new-channel-bot').checked && config.botUsername ? [config.botUsername] : [];
    void attempt(async () => {
      const { channel } = await rest.post('channels.create', { name, members });
      byId('new-channel-name').value = '';
      await onRoom(channel._id);
    });
  };
  dialog.showModal();

  const [{ channels }, { users }] = await Promise.all([rest.get('channels.list'), rest.get('users.list')]);
  const open = channels.filter((channel) => !rooms.get(channel._id));
  fill(byId('join-list'), open, ({ _id, name }) =>
    choice(make('span', 'sign', '#'), name, say('join'), () =>
      attempt(async () => {
        await rest.post('channels.join', { roomId: _id });
        await onRoom(_id);
      }),
    ),
  );
  const others = users.filter((user) => user._id !== me._id);
  fill(byId('people-list'), others, (user) => {
    const face = avatar(user, user.username === config.botUsername, 'small');
    return choice(face, user.name || user.username, '', () => attempt(() => onPerson(user.username)));
  });
}

function choice(sign, label, hint, onChoose) {
  const row = make('button', 'room');
  row.type = 'button';
  row.append(sign, make('span', 'label', label), make('small', '', hint));
  row.addEventListener('click', () => void onChoose());
  return row;
}

function fill(list, items, render) {
  const rows = items.map((item) => {
    const row = make('li');
    row.append(render(item));
    return row;
  });
  list.replaceChildren(...(rows.length > 0 ? rows : [make('li', 'empty', say('none'))]));
}
