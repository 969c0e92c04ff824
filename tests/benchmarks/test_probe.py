"""throw-away: statements per step"""

import time

from shared.finance.payments import stock_hold
from shared.finance.payments.service import create_payment_intent
from shared.trade.baskets import service as baskets
from shared.trade.orders.models import Order
from shared.trade.orders.service import place_order
from tests.support.market import ADA
from tests.support.storefront import counted

VERBOSE = set()


async def test_probe(market):
    shops = await market.fill("LU")
    shop = shops[0]
    await market.settle()

    async def step(name, coro):
        with counted() as q:
            t = time.process_time()
            r = await coro
            t = time.process_time() - t
        print(
            f"{name:44} {len(q):4} statements, {sum(not s.startswith('SELECT') for s in q):3} writes, {t * 1000:.1f} ms"
        )
        if name in VERBOSE or True:
            with open("/tmp/wt/me_probe.sql", "a") as f:
                print("#####", name, file=f)
                for s in q:
                    print(s[:230], file=f)
        return r

    for turn in range(2):
        print("--- turn", turn)
        basket = await baskets.add(None, product_id=shop.product_id, quantity=1)
        token = await step(
            "place order",
            place_order(
                basket_token=basket, contact=ADA, customer_id=None, hold_minutes=30
            ),
        )
        order = await Order.get(checkout__token=token)
        intent = await step(
            "open intent", create_payment_intent(market.gateway, order_id=order.id)
        )
        await step(
            "press pay",
            stock_hold.press(
                market.gateway,
                checkout_id=order.checkout_id,
                intent_id=intent.payment_intent_id,
            ),
        )
        market.stand.v1.payment_intents.confirm(
            intent.payment_intent_id,
            {"payment_method": "pm_card_visa", "return_url": "http://127.0.0.1/back"},
        )
        market.advance(2)
        act = market.act()
        for d in market.pending():
            e = act.store.find(act.platform, d.event, object="event")
            await step(f"event {e.body['type']} {d.connect}", market.deliver(d))
            if e.body["type"] == "payment_intent.succeeded":
                dd = d
                await step("again", market.deliver(dd))
        await step("jobs", market.work())
    print("now", (await Order.get(id=order.id)).payment_status)
