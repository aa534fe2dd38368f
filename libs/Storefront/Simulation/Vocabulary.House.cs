namespace Driftline.Storefront.Simulation;

/// <summary>Garden, kitchen, home and home improvement.</summary>
internal static partial class Vocabulary
{
    private static DepartmentWords Garden => new("Garden", "Fernhollow, Oakmere, Thistle & Spade, Larkfield, Greywether, Petalby",
        "Marlow, Bramble, Hedgerow, Solstice, Orchard, Windle, Copse, Meadowgate, Tansy, Ridgeway",
        [
            new("Planters & Pots", 1.0, 18, 0.6, "planter, hanging basket, window box, plant pot, trough, plant stand, bulb bowl", "terracotta, glazed, zinc, woven, fibreclay, recycled",
                "drains well after heavy rain, is frost proof, comes with a saucer, is light enough to move, keeps roots cool", "balconies and patios", Sizes, ["Seeds & Bulbs", "Garden Tools"]),
            new("Seeds & Bulbs", 1.1, 4.5, 0.4, "wildflower seeds, tomato seeds, tulip bulbs, herb seeds, sunflower seeds, daffodil bulbs, salad seeds, sweet pea seeds", "organic, heritage, early, dwarf, bee-friendly, mixed",
                "sprouts within two weeks, flowers until autumn, grows in poor soil, needs little water, is sown from March", "beds and borders", Packs, ["Planters & Pots", "Garden Tools"], Consumable: true),
            new("Garden Tools", 0.9, 22, 0.6, "hand trowel, secateurs, garden fork, border spade, watering can, hoe, pruning saw, hose reel", "stainless steel, ash-handled, carbon steel, galvanised, long-reach, folding",
                "stays sharp for seasons, has a cushioned grip, resists rust, hangs flat in the shed, is easy on the wrists", "digging and pruning", Colours, ["Planters & Pots", "Seeds & Bulbs"]),
            new("Outdoor Furniture", 0.6, 145, 0.7, "bistro set, garden bench, deck chair, sun lounger, parasol, hammock, folding table", "acacia, powder-coated, rattan, teak, canvas, aluminium",
                "folds flat for winter, stays cool in the sun, seats four with ease, needs no tools to build, dries quickly after rain", "long evenings outside", Colours, ["Barbecue", "Planters & Pots"]),
            new("Barbecue", 0.6, 65, 0.8, "charcoal grill, grill tongs, smoker box, pizza stone, barbecue cover, kettle barbecue, skewer set", "cast iron, enamelled, stainless steel, portable, ceramic, heavy-duty",
                "heats up in ten minutes, holds an even heat, cleans with one wipe, fits a small patio, has a built-in thermometer", "cooking outdoors", Sizes, ["Outdoor Furniture", "Tableware"]),
        ]);

    private static DepartmentWords Kitchen => new("Kitchen", "Copperlane, Hearth & Ladle, Brightmoor, Saltbox, Nimblecook, Quillon",
        "Auberge, Larder, Harvest, Bistro, Kettlewell, Juniper, Provisions, Sunday, Pantry, Cobble",
        [
            new("Cookware", 1.0, 48, 0.7, "saucepan, frying pan, casserole dish, stockpot, wok, griddle pan, saute pan", "cast iron, hard-anodised, copper-base, stainless steel, ceramic-coated, enamelled",
                "works on induction, goes from hob to oven, releases eggs without oil, has a stay-cool handle, heats evenly to the edge", "weeknight cooking", Sizes, ["Bakeware", "Kitchen Storage"]),
            new("Bakeware", 0.8, 16, 0.5, "loaf tin, muffin tray, mixing bowl, rolling pin, cake tin, cooling rack, pie dish", "non-stick, silicone, stoneware, beechwood, carbon steel, glass",
                "browns evenly, washes up in seconds, releases cleanly, stacks to save space, marks every measure", "bread and cakes", Sizes, ["Cookware", "Kitchen Storage"]),
            new("Tableware", 1.0, 24, 0.6, "dinner plates, cereal bowls, mugs, tumblers, cutlery set, serving platter, wine glasses, jug", "stoneware, porcelain, recycled glass, hand-glazed, bamboo, speckled",
                "is dishwasher safe, stacks neatly, feels good in the hand, mixes with any table, survives daily use", "everyday tables", Sizes, ["Cookware", "Coffee & Tea"]),
            new("Coffee & Tea", 1.3, 11, 0.5, "coffee beans, ground coffee, breakfast tea, green tea, herbal infusion, drinking chocolate, espresso pods", "single-origin, fair-trade, dark-roast, decaf, loose-leaf, small-batch",
                "has notes of cocoa, stays fresh in its pouch, brews in three minutes, wakes you gently, goes well with milk", "slow mornings", Packs, ["Tableware", "Kitchen Storage"], Consumable: true),
            new("Kitchen Storage", 0.9, 19, 0.5, "storage jars, lunch box, bread bin, spice rack, food containers, cake stand, drinks bottle", "airtight, glass, bamboo-lid, enamel, insulated, stackable",
                "seals with a click, keeps food fresh for days, fits any cupboard, is leak proof, labels easily", "tidy shelves and packed lunches", Sizes, ["Bakeware", "Tableware"]),
        ]);

    private static DepartmentWords Home => new("Home", "Linden Row, Amberwick, Woolcombe, Still & Warm, Casa Brume, Eiderby",
        "Drift, Hollis, Fjord, Evensong, Cloister, Nocturne, Haven, Selvedge, Tidal, Ember",
        [
            new("Bedding", 0.9, 52, 0.6, "duvet cover, pillowcases, fitted sheet, quilted throw, duvet, mattress topper, blanket", "linen, brushed cotton, percale, bamboo, feather, wool",
                "gets softer with every wash, stays cool in summer, fits deep mattresses, dries without creases, is warm without weight", "better sleep", Colours, ["Rugs & Cushions", "Candles & Scents"]),
            new("Lighting", 0.7, 58, 0.7, "table lamp, pendant light, floor lamp, string lights, reading lamp, wall light, lantern", "brass, paper, smoked glass, rattan, ceramic, matt black",
                "casts a warm glow, dims at a touch, takes LED bulbs, packs flat, swivels where you need it", "corners that need light", Colours, ["Wall Art", "Rugs & Cushions"]),
            new("Candles & Scents", 1.2, 15, 0.5, "scented candle, reed diffuser, wax melts, room spray, tea lights, pillar candle", "soy wax, beeswax, hand-poured, fig and cassis, cedar, orange blossom",
                "burns for forty hours, fills a room gently, leaves no soot, comes in a reusable glass, smells fresh rather than sweet", "quiet evenings", Packs, ["Bedding", "Gift Wrap & Cards"], Consumable: true),
            new("Wall Art", 0.6, 35, 0.6, "framed print, wall clock, canvas print, picture frame, mirror, tapestry, photo ledge", "oak-framed, botanical, abstract, vintage-style, brass-rimmed, hand-printed",
                "hangs with one nail, arrives ready framed, does not fade, suits a hallway, has depth and texture", "bare walls", Sizes, ["Lighting", "Rugs & Cushions"]),
            new("Rugs & Cushions", 0.8, 46, 0.7, "cushion cover, area rug, door mat, floor cushion, runner, bolster, pouffe", "jute, velvet, flatweave, boucle, recycled cotton, tufted",
                "does not shed, washes at thirty degrees, hides crumbs, feels soft underfoot, brings a room together", "living rooms", Colours, ["Bedding", "Lighting"]),
        ]);

    private static DepartmentWords Improvement => new("Home Improvement", "Ironbridge, Fixwell, Torque & Sons, Plumbline, Mastiff, Handlow",
        "Foreman, Anvil, Gauge, Keystone, Rafter, Lintel, Trestle, Dovetail, Joist, Bench",
        [
            new("Power Tools", 0.6, 92, 0.6, "cordless drill, orbital sander, jigsaw, impact driver, circular saw, heat gun, multi-tool", "brushless, 18V, compact, variable-speed, corded, heavy-duty",
                "comes with two batteries, starts softly, has a bright work light, clears its own dust, weighs under two kilos", "weekend projects", Models, ["Hardware & Fixings", "Paint & Decorating"]),
            new("Paint & Decorating", 0.8, 26, 0.5, "wall emulsion, paint roller set, masking tape, brush set, wood stain, primer, filler", "matt, low-odour, washable, quick-dry, eggshell, one-coat",
                "covers in one coat, dries in two hours, wipes clean, does not drip, leaves no brush marks", "fresh rooms", Colours, ["Power Tools", "Hardware & Fixings"], Consumable: true),
            new("Hardware & Fixings", 0.8, 9, 0.6, "screw assortment, wall plugs, door handle, shelf bracket, cabinet knobs, hinge set, picture hooks", "zinc-plated, solid brass, matt black, stainless steel, self-drilling, heavy-load",
                "comes in a sorted case, holds forty kilos, fits standard doors, needs no pilot hole, never rusts", "small repairs", Packs, ["Power Tools", "Shelving"]),
            new("Smart Home", 0.7, 55, 0.6, "smart plug, video doorbell, thermostat, motion sensor, smart bulb, door lock, leak alarm", "Wi-Fi, battery, voice-controlled, mesh, low-energy, weatherproof",
                "sets up in five minutes, runs a year on one battery, works without a hub, shows energy use, keeps data at home", "connected homes", Models, ["Lighting", "Hardware & Fixings"]),
            new("Shelving", 0.6, 74, 0.6, "bookcase, wall shelf, shoe rack, storage boxes, coat stand, tool chest, ladder shelf", "oak-veneer, steel, bamboo, modular, pine, industrial",
                "holds a wall of books, assembles in minutes, fits under stairs, screws to the wall, adjusts in height", "getting tidy", Sizes, ["Hardware & Fixings", "Paint & Decorating"]),
        ]);
}
