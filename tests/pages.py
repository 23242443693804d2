"""A page in a real browser, and a name that a page must escape."""

NASTY = "</script><img src=x onerror=alert(1)><!-- \u2028 &amp; \\"


class Opened:
    """A page of the explorer, with everything that it asked for or complained about."""

    def __init__(self, browser, path, hash="", **settings):
        self.page = browser.new_page(viewport={"width": 1300, "height": 800}, **settings)
        self.asked, self.complaints = [], []
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.on("console", lambda m: self.complaints.append(m.text) if m.type in ("error", "warning") else None)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("dialog", lambda dialog: (self.complaints.append("a dialog"), dialog.dismiss()))
        self.url = path.as_uri()
        self.page.goto(self.url + hash)

    def __enter__(self):
        return self

    def __exit__(self, *error):
        assert not self.complaints
        assert all(url.startswith((self.url, "data:")) for url in self.asked)
        self.page.close()

    def state(self):
        return self.page.evaluate("explorer.state()")

    def go(self, step):
        self.page.evaluate(f"explorer.go({step})")
        return self.state()
