// What scrolls sideways can be reached and scrolled with the keyboard.
(() => {
  const reach = () => {
    for (const one of document.querySelectorAll("article table, article math[display=block]")) {
      if (one.scrollWidth > one.clientWidth) one.tabIndex = 0;
      else one.removeAttribute("tabindex");
    }
  };
  addEventListener("load", reach);
  addEventListener("resize", reach);
  document.addEventListener("toggle", reach, true);
})();
