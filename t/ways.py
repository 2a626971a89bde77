"""The mailed link behind which an offeror leaves means of payment."""
import re


def link_of(mail):
    m = re.search(r"https?://\S+/p/[A-Za-z0-9_-]+", mail.get_content())
    return m.group(0) if m else None


def means(s):
    return s.tool("account", "means", "sales").stdout.strip()


def browser(s, link):
    """ask(method): status, the page's name, the page."""
    visit = s.visit(link)

    def ask(method, **more):
        status, _, text = visit.ask(method, visit.path, **more)
        m = re.search(r'<body data-page="([a-z-]+)"', text)
        return status, m.group(1) if m else "", text
    return ask
