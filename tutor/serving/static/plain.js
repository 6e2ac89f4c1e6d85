// The tutor in plain lines: what it says goes into a log that screen readers read, and a line goes to it with Enter.
"use strict";

(() => {
  const body = document.body;
  const notices = JSON.parse(body.dataset.notices);
  const log = document.getElementById("log");
  const line = document.getElementById("line");
  const notice = document.getElementById("notice");
  const again = document.getElementById("again");
  /** Letters of the log that are kept. */
  const MOST_TEXT = 200_000;
  let socket = null;
  let ended = false;
  let attempt = 0;

  function say(name) {
    notice.textContent = name ? notices[name] : "";
    notice.hidden = !name;
  }

  function connect() {
    const address = new URL(`ws/${encodeURIComponent(body.dataset.ticket)}?${body.dataset.query}`, location.href);
    address.protocol = address.protocol === "https:" ? "wss:" : "ws:";
    address.hash = "";
    const decoder = new TextDecoder();
    let isFirst = true;
    socket = new WebSocket(address);
    socket.binaryType = "arraybuffer";
    socket.onopen = () => {
      attempt = 0;
      ended = false;
      again.hidden = true;
      body.dataset.connected = "yes";
      say("");
    };
    socket.onmessage = ({ data }) => {
      if (typeof data === "string") {
        const [kind, value] = JSON.parse(data);
        if (kind !== "ended") return;
        ended = value !== "stopping";
        if (!ended) return;
        say(value in notices ? value : "error");
        again.hidden = false;
        again.focus();
        return;
      }
      // The first message has all lines so far.
      if (isFirst) log.replaceChildren();
      isFirst = false;
      log.append(decoder.decode(data, { stream: true }));
      while (log.textContent.length > MOST_TEXT && log.firstChild) log.firstChild.remove();
      window.scrollTo(0, document.documentElement.scrollHeight);
    };
    socket.onclose = () => {
      delete body.dataset.connected;
      if (ended) return;
      say("lost");
      attempt += 1;
      setTimeout(renew, Math.min(300 * 2 ** attempt, 10_000));
    };
  }

  async function renew() {
    try {
      const answer = await fetch("ticket", { method: "POST", headers: { "X-Ticket": body.dataset.ticket } });
      if (answer.status === 403) {
        say("refused");
        return;
      }
      if (answer.ok) {
        body.dataset.ticket = (await answer.json()).ticket;
        connect();
        return;
      }
      say("full");
    } catch {
      say("lost");
    }
    attempt += 1;
    setTimeout(renew, Math.min(300 * 2 ** attempt, 10_000));
  }

  document.getElementById("form").addEventListener("submit", (event) => {
    event.preventDefault();
    if (!socket || socket.readyState !== WebSocket.OPEN) return;
    socket.send(JSON.stringify(["stdin", `${line.value}\n`]));
    line.value = "";
    line.focus();
  });
  again.addEventListener("click", () => {
    renew();
    line.focus();
  });
  connect();
  line.focus();
})();
