"""What an appeal tells."""


def told(platform):
    return [
        kind.removeprefix("charge.dispute.")
        for kind in platform.kinds()
        if kind.startswith("charge.dispute")
    ]
