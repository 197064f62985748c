for (const button of document.querySelectorAll(".chat-lab button")) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    const code = button.parentElement.querySelector("pre");
    try {
      await navigator.clipboard.writeText(code.textContent);
    } catch {
      getSelection().selectAllChildren(code);
      document.execCommand("copy");
    }
    button.parentElement.querySelector("[role=status]").textContent = button.dataset.done;
  });
}
