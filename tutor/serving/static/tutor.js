// The page around the terminal of textual-serve: its connection, which survives a lost network, the keys for fingers,
// the keys that belong to the browser, and downloads. The terminal itself is textual-serve's and stays as it is.
"use strict";

(() => {
  const body = document.body;
  const notices = JSON.parse(body.dataset.notices);
  const terminal = document.getElementById("terminal");
  const notice = document.getElementById("notice");
  const noticeText = notice.querySelector("p");
  const noticeButton = notice.querySelector("button");
  const screenKeys = document.getElementById("screen-keys");
  /** Narrower than this the tutor shows nothing; wider letters than this are not needed. */
  const COLUMNS = 80, NARROW_COLUMNS = 61, LARGEST = 16, SMALLEST = 7, WIDTH_OF_LETTER = 0.6002;
  /** Lower than this it shows nothing either, and this much of a phone's height is the keys. */
  const ROWS = 17, HEIGHT_OF_LETTER = 1.35, HEIGHT_OF_KEYS = 100;
  const hasFingers = window.matchMedia("(pointer: coarse)").matches;
  /** What is typed while there is no connection is kept up to this length. */
  const MAX_BUFFER = 2000;

  // --- notices ---

  function show(name, button, onPress) {
    noticeText.textContent = notices[name];
    noticeButton.hidden = !button;
    if (button) {
      noticeButton.textContent = notices[button];
      noticeButton.onclick = onPress;
    }
    notice.hidden = false;
    if (button) noticeButton.focus();
  }

  function hide() {
    notice.hidden = true;
    focusTerminal();
  }

  function focusTerminal() {
    const field = terminal.querySelector("textarea");
    if (field) field.focus({ preventScroll: true });
  }

  // --- the connection ---

  const RealSocket = window.WebSocket;
  let link = null;

  /** What the terminal takes for a websocket. Under it connections come and go. */
  class Link extends EventTarget {
    constructor(address) {
      super();
      link = this;
      this.size = null;
      this.waiting = "";
      this.attempt = 0;
      this.ended = false;
      this.wasOpen = false;
      const given = new URLSearchParams(address.slice(address.indexOf("?")));
      this.size = { width: given.get("width"), height: given.get("height") };
      this.connect(body.dataset.ticket);
    }

    connect(ticket) {
      const query = new URLSearchParams(body.dataset.query);
      query.set("width", this.size.width);
      query.set("height", this.size.height);
      const address = new URL(`ws/${encodeURIComponent(ticket)}?${query}`, location.href);
      address.protocol = address.protocol === "https:" ? "wss:" : "ws:";
      address.hash = "";
      const socket = new RealSocket(address);
      this.socket = socket;
      socket.binaryType = "arraybuffer";
      socket.onopen = () => {
        this.attempt = 0;
        body.dataset.connected = "yes";
        // A link is followed once, not again with each connection.
        const rest = new URLSearchParams(body.dataset.query);
        rest.delete("open");
        body.dataset.query = String(rest);
        if (!this.wasOpen) this.dispatchEvent(new Event("open"));
        this.wasOpen = true;
        if (this.waiting) socket.send(JSON.stringify(["stdin", this.waiting]));
        this.waiting = "";
        hide();
      };
      socket.onmessage = (event) => {
        if (typeof event.data !== "string") {
          this.dispatchEvent(new MessageEvent("message", { data: event.data }));
          return;
        }
        const [kind, value] = JSON.parse(event.data);
        if (kind === "keys") showKeys(value);
        else if (kind === "download") download(value);
        else if (kind === "ended") this.end(value);
        else this.dispatchEvent(new MessageEvent("message", { data: event.data }));
      };
      socket.onclose = () => {
        delete body.dataset.connected;
        if (!this.ended && this.socket === socket) this.retry();
      };
    }

    retry() {
      show("lost");
      const seconds = Math.min(0.3 * 2 ** this.attempt, 10) * (0.7 + 0.6 * Math.random());
      this.attempt += 1;
      setTimeout(() => this.renew(), 1000 * seconds);
    }

    async renew() {
      let answer;
      try {
        answer = await fetch("ticket", { method: "POST", headers: { "X-Ticket": body.dataset.ticket } });
      } catch {
        this.retry();
        return;
      }
      if (answer.ok) {
        body.dataset.ticket = (await answer.json()).ticket;
        this.connect(body.dataset.ticket);
      } else if (answer.status === 403) {
        this.end("refused");
      } else {
        this.retry();
        // A proxy answers 503, too, for a server that is gone; only a full one says when to come again.
        if (answer.status === 503 && answer.headers.has("Retry-After")) show("full");
      }
    }

    end(reason) {
      // A server that is stopped may come back: the page tries to reach it when the connection is closed.
      this.ended = reason !== "stopping";
      this.socket.close();
      if (!this.ended) return;
      const again = () => {
        if (reason === "refused") {
          location.reload();
          return;
        }
        this.ended = false;
        show("connecting");
        this.renew();
      };
      show(reason in notices ? reason : "error", reason === "refused" ? "reload" : "again", again);
    }

    send(text) {
      const [kind, value] = JSON.parse(text);
      if (kind === "resize") this.size = value;
      if (kind === "ping") return;
      if (this.socket.readyState === RealSocket.OPEN) this.socket.send(text);
      else if (kind === "stdin" && !this.ended) this.waiting = (this.waiting + value).slice(0, MAX_BUFFER);
    }

    close() {
      this.ended = true;
      this.socket.close();
    }
  }

  // --- keys ---

  const SEQUENCES = {
    escape: "\x1b", tab: "\t", "shift+tab": "\x1b[Z", enter: "\r", backspace: "\x7f", delete: "\x1b[3~", space: " ",
    up: "\x1b[A", down: "\x1b[B", right: "\x1b[C", left: "\x1b[D", home: "\x1b[H", end: "\x1b[F",
    pageup: "\x1b[5~", pagedown: "\x1b[6~", slash: "/", question_mark: "?",
    left_square_bracket: "[", right_square_bracket: "]", "ctrl+backslash": "\x1c",
    f1: "\x1bOP", f2: "\x1bOQ", f3: "\x1bOR", f4: "\x1bOS", f5: "\x1b[15~", f6: "\x1b[17~", f7: "\x1b[18~",
    f8: "\x1b[19~", f9: "\x1b[20~", f10: "\x1b[21~", f11: "\x1b[23~", f12: "\x1b[24~",
  };

  function sequenceOf(key) {
    if (key in SEQUENCES) return SEQUENCES[key];
    const control = /^ctrl\+([a-z])$/.exec(key);
    if (control) return String.fromCharCode(control[1].charCodeAt(0) - 96);
    return [...key].length === 1 ? key : "";
  }

  function button(key, label) {
    const made = document.createElement("button");
    made.type = "button";
    made.dataset.key = key;
    made.textContent = label;
    return made;
  }

  function showKeys(keys) {
    screenKeys.replaceChildren(...keys.filter(({ key }) => sequenceOf(key)).map(({ key, label }) => button(key, label)));
    window.dispatchEvent(new Event("resize"));
  }

  const keys = document.getElementById("keys");
  // A finger on a key must not take the keyboard away from the terminal.
  keys.addEventListener("pointerdown", (event) => event.preventDefault());
  keys.addEventListener("mousedown", (event) => event.preventDefault());
  keys.addEventListener("click", (event) => {
    const pressed = event.target.closest("button");
    if (pressed && link) link.send(JSON.stringify(["stdin", sequenceOf(pressed.dataset.key)]));
  });

  // The terminal would swallow them: pasting, and the size of the page.
  window.addEventListener("keydown", (event) => {
    const held = event.ctrlKey || event.metaKey;
    if (held && !event.altKey && ["v", "V", "ㅍ", "+", "-", "=", "0"].includes(event.key)) event.stopImmediatePropagation();
  }, true);

  // --- downloads ---

  function download(key) {
    const anchor = document.createElement("a");
    anchor.href = `download/${encodeURIComponent(key)}`;
    anchor.download = "";
    body.append(anchor);
    anchor.click();
    anchor.remove();
    focusTerminal();
  }

  // --- the start ---

  function fontSize() {
    const wide = window.innerWidth / (COLUMNS * WIDTH_OF_LETTER);
    const narrow = window.innerWidth / (NARROW_COLUMNS * WIDTH_OF_LETTER);
    const low = (window.innerHeight - (hasFingers ? HEIGHT_OF_KEYS : 0)) / (ROWS * HEIGHT_OF_LETTER);
    const size = Math.min(wide >= 11 ? wide : narrow, low);
    return Math.floor(10 * Math.min(LARGEST, Math.max(SMALLEST, size))) / 10;
  }

  /** Keep the terminal above the keyboard of a phone. */
  function fitAboveKeyboard() {
    if (!window.visualViewport) return;
    body.style.height = `${Math.round(window.visualViewport.height)}px`;
    window.scrollTo(0, 0);
  }

  let widthAtStart = 0;

  /** Begin again with letters of another size when a phone is turned. The session goes on where it is. */
  function onTurn() {
    const isTurned = document.documentElement.clientWidth !== widthAtStart;
    if (!hasFingers || !isTurned || !body.dataset.connected || String(fontSize()) === terminal.dataset.fontSize) return;
    const here = new URL(location.href);
    here.searchParams.delete("open");
    history.replaceState(null, "", here);
    location.reload();
  }

  async function start() {
    widthAtStart = document.documentElement.clientWidth;
    await Promise.allSettled([document.fonts.load('16px "Roboto Mono"'), document.fonts.load('bold 16px "Roboto Mono"')]);
    terminal.classList.add("textual-terminal");
    terminal.dataset.sessionWebsocketUrl = "link";
    terminal.dataset.fontSize = String(fontSize());
    window.WebSocket = Link;
    const script = document.createElement("script");
    script.src = "terminal/js/textual.js";
    script.onload = () => {
      window.onload();
      window.onload = null;
      focusTerminal();
    };
    document.head.append(script);
  }

  if (window.visualViewport) {
    window.visualViewport.addEventListener("resize", () => {
      fitAboveKeyboard();
      window.dispatchEvent(new Event("resize"));
    });
  }
  let turning = 0;
  window.addEventListener("resize", () => {
    clearTimeout(turning);
    turning = setTimeout(onTurn, 300);
  });
  window.addEventListener("focus", () => notice.hidden && focusTerminal());
  terminal.addEventListener("click", focusTerminal);
  if (document.readyState === "complete") start();
  else window.addEventListener("load", start);
})();
