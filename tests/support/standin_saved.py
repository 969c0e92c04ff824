"""A payment method that a customer of the stand-in holds."""

USED_UP = (
    "The provided PaymentMethod was previously used with a PaymentIntent without Customer "
    "attachment"
)


async def attached(platform, who, method="pm_card_visa"):
    """A method that a customer holds."""
    return await platform.v1.payment_methods.attach_async(method, {"customer": who.id})
